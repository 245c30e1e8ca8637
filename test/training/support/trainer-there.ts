import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandRunner } from '../../../src/hosts/command-runner.js';
import { HostError } from '../../../src/hosts/host.js';
import { createLocalCommandRunner } from '../../../src/hosts/local/local-command-runner.js';
import { Trainer } from '../../../src/training/trainer.js';
import type { TrainerJob, TrainerState } from '../../../src/training/trainer-state.js';

/** The scripts for a host, run here: what ssh adds is tried with a real one in the services project. */
export let root: string;
export let work: string;
export let folder: string;
export async function setUp(): Promise<void> {
  root = await mkdtemp(join(tmpdir(), 'trainer-'));
  work = join(root, "o'pt $HOME");
  folder = join(root, 'bot');
  await mkdir(work);
}
export const tearDown = (): Promise<void> => rm(root, { recursive: true, force: true });

export const here = createLocalCommandRunner({ host: 'live-2' });
export const trainerBy = (runner: CommandRunner = here): Trainer =>
  new Trainer({
    runner,
    trainingId: 'one',
    folder,
    base: join(work, '.lobml-trainings'),
    isHere: false,
    place: { host: 'live/live-2', workingFolder: work },
    now: () => new Date(),
  });
export const state = (...names: string[]) => join(work, '.lobml-trainings', 'one', ...names);

export const start = (script: string, changes: Partial<TrainerJob> = {}) =>
  trainerBy().start({ ...job(script), ...changes });

export async function until<T>(look: () => T | Promise<T>, isThere: (found: T) => boolean): Promise<T> {
  for (let turn = 0; turn < 600; turn += 1) {
    const found = await look();
    if (isThere(found)) return found;
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error('it never came');
}
export const look = () => trainerBy().look();
export const ended = (): Promise<TrainerState> =>
  until(look, ({ kind }) => kind !== 'none' && kind !== 'running');
export const running = () => until(look, ({ kind }) => kind === 'running');
export const log = () => trainerBy().logTail([]);

export const file = (name: string) => readFile(state(name), 'utf8');
export const pidIn = async (name: string) => Number((await file(name)).split(' ')[0]);

/** Something happens right before a script whose text holds these words. */
export const spoilt = (words: string, happens: () => Promise<void>): CommandRunner => ({
  host: 'live-2',
  run: async (command, options) => {
    if (command.some((word) => word.includes(words))) await happens();
    return here.run(command, options);
  },
});
export const away: CommandRunner = {
  host: 'live-2',
  run: async () => {
    throw new HostError('unreachable', { code: 'host_unreached', facts: { host: 'live-2', words: '' } });
  },
};

export const job = (script: string): TrainerJob => ({
  command: ['sh', '-c', script, 'trainer', "an 'argument' with $HOME", trainerBy().folder],
  environment: {},
  secrets: [],
  timeLimitMs: 60_000,
  memoryLimitBytes: 4096 * 1024 * 1024,
});

export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}
