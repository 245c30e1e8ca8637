import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PLAIN_ENVIRONMENT } from '../hosts/local/local-command-runner.js';
import { findPackageRoot } from '../machine/package-root.js';
import { placeOnce } from './place-once.js';

/** What a training runs on the bot's machine. */
export interface TrainerJob {
  readonly command: readonly string[];
  readonly workingFolder: string;
  /** The trainer's own variables; it gets nothing else of the bot's. */
  readonly environment: Readonly<Record<string, string>>;
  /** What its log must not hold, longest first. */
  readonly secrets: readonly string[];
  readonly timeLimitMs: number;
  readonly memoryLimitBytes: number;
}

const identitySchema = z.object({ pid: z.number().int().positive(), startTime: z.string() });
type Identity = z.infer<typeof identitySchema>;
const claimSchema = z.union([identitySchema, z.object({ givenUp: z.literal(true) })]);

const exitSchema = z.object({
  because: z.enum(['exited', 'cancelled', 'timed_out', 'not_started']),
  code: z.number().nullable(),
  signal: z.string().nullable(),
  detail: z.string().optional(),
  endedAt: z.iso.datetime(),
});
export type TrainerExit = z.infer<typeof exitSchema>;

/**
 * What stands in a training's folder. `given_up`: it never started, and never will. `lost`: it was started, runs no
 * more, and did not say how it ended.
 */
export type TrainerState =
  | { readonly kind: 'none'; readonly askedAt: Date | undefined }
  | { readonly kind: 'given_up' }
  | { readonly kind: 'running'; readonly pid: number }
  | { readonly kind: 'ended'; readonly exit: TrainerExit }
  | { readonly kind: 'lost' };

export const JOB_FILE = 'job.json';
const PROCESS_FILE = 'process.json';
const PROGRAM = ['src', 'training', 'run-trainer.mjs'] as const;
const PRLIMIT = '/usr/bin/prlimit';

/**
 * Starts the job as a session of its own, which goes on when the bot ends. Starting the same folder twice runs the
 * trainer once. @throws Error when the folder cannot be written.
 */
export async function startTrainer(folder: string, job: TrainerJob): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { workingFolder, timeLimitMs } = job;
  const command = await boundedCommand(job);
  const text = JSON.stringify({ command, workingFolder, timeLimitMs });
  await placeOnce(join(folder, JOB_FILE), text);
  const runner = spawn(process.execPath, [join(findPackageRoot(import.meta.url), ...PROGRAM), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...PLAIN_ENVIRONMENT, ...job.environment },
  });
  await once(runner, 'spawn');
  runner.unref();
  // One that ended at once, because another runs the job, reads nothing.
  runner.stdin.on('error', () => {});
  await new Promise<void>((resolve) => {
    runner.stdin.on('close', resolve);
    runner.stdin.end(JSON.stringify(job.secrets));
  });
}

/**
 * Takes the place of a runner that has not shown itself: one that starts after this ends at once.
 * @returns false where a runner was faster.
 */
export async function giveUpTrainer(folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return placeOnce(join(folder, PROCESS_FILE), JSON.stringify({ givenUp: true }));
}

/** Without `prlimit` (not Linux) memory is not bounded. */
async function boundedCommand({ command, memoryLimitBytes }: TrainerJob): Promise<readonly string[]> {
  try {
    await access(PRLIMIT, constants.X_OK);
  } catch {
    return command;
  }
  return [PRLIMIT, `--data=${memoryLimitBytes}`, '--core=0', '--', ...command];
}

export async function lookAtTrainer(folder: string): Promise<TrainerState> {
  const exit = await readDocument(join(folder, 'exit.json'), exitSchema);
  if (exit !== undefined) return { kind: 'ended', exit };
  const runner = await readDocument(join(folder, PROCESS_FILE), claimSchema);
  if (runner === undefined) return { kind: 'none', askedAt: await modifiedAt(join(folder, JOB_FILE)) };
  if ('givenUp' in runner) return { kind: 'given_up' };
  if (await isAlive(runner)) return { kind: 'running', pid: runner.pid };
  // It may have ended between the two looks.
  const late = await readDocument(join(folder, 'exit.json'), exitSchema);
  return late === undefined ? { kind: 'lost' } : { kind: 'ended', exit: late };
}

/** Asks the trainer to end; it is killed where it does not. What is gone already is fine. */
export async function cancelTrainer(folder: string): Promise<void> {
  const runner = await readDocument(join(folder, PROCESS_FILE), identitySchema);
  if (runner !== undefined && (await isAlive(runner))) signal(runner.pid, 'SIGTERM');
  else await endOrphan(folder);
}

/** Kills a trainer whose runner was killed before it. */
export async function endOrphan(folder: string): Promise<void> {
  const trainer = await readDocument(join(folder, 'trainer.json'), identitySchema);
  if (trainer !== undefined && (await isAlive(trainer))) signal(-trainer.pid, 'SIGKILL');
}

const modifiedAt = (path: string): Promise<Date | undefined> =>
  stat(path).then(
    ({ mtime }) => mtime,
    () => undefined,
  );

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in this moment.
  }
}

/** A process id is used again after a while: only the start time makes it the same process. */
async function isAlive({ pid, startTime }: Identity): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (startTime === '') return true;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[19] === startTime && fields[0] !== 'Z';
}

async function readDocument<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
