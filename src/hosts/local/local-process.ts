import { readFile, readlink, stat } from 'node:fs/promises';
import { errnoOf } from '../../machine/errno.js';
import type { CommandRunner } from '../command-runner.js';
import { HostError, type ProcessCall, type ProcessFacts, type ProcessReader } from '../host.js';
import { within } from '../host-calls.js';
import { freezerFiles, saysFrozen } from '../managers/frozen-group.js';
import {
  createProcessReader,
  environmentNames,
  parseEnvironmentAnswer,
  parseVariableNames,
} from '../managers/process-environment.js';
import { ENDED, programOf, readProcessFacts, readWords } from '../managers/process-facts.js';

const PROC_TIMEOUT_MS = 4_000;

/**
 * Looks at processes of the bot's own machine without starting a program: a start holds up the bot, the longer the
 * more memory it has. Where that is refused, or there is no /proc, programs ask as they do on other hosts.
 */
export function createLocalProcessReader(runner: CommandRunner): ProcessReader {
  const byProgram = createProcessReader(runner);
  return {
    async environment(pid, names, options) {
      const wanted = environmentNames(runner.host, names);
      if (!Number.isInteger(pid) || pid <= 0) return undefined;
      const tried = { attempt: 'read_process_environment', subject: String(pid) } as const;
      try {
        return await within(runner.host, tried, PROC_TIMEOUT_MS, options, async () => {
          const bytes = await readFile(`/proc/${pid}/environ`);
          return parseEnvironmentAnswer(bytes.toString('utf8'), wanted);
        });
      } catch (error) {
        if (isGivenUp(error)) throw error;
        return byProgram.environment(pid, names, options);
      }
    },
    async variableNames(pid, prefix, options) {
      if (!Number.isInteger(pid) || pid <= 0) return undefined;
      const tried = { attempt: 'read_process_environment', subject: String(pid) } as const;
      try {
        return await within(runner.host, tried, PROC_TIMEOUT_MS, options, async () =>
          parseVariableNames(await readFile(`/proc/${pid}/environ`, 'utf8'), prefix),
        );
      } catch (error) {
        if (isGivenUp(error)) throw error;
        return byProgram.variableNames(pid, prefix, options);
      }
    },
    async facts(pid, options) {
      if (!Number.isInteger(pid) || pid <= 0) return ENDED;
      const tried = { attempt: 'look_at_process', subject: String(pid) } as const;
      try {
        return await within(runner.host, tried, PROC_TIMEOUT_MS, options, () => factsOf(pid, options));
      } catch (error) {
        if (isGivenUp(error)) throw error;
        return byProgram.facts(pid, options);
      }
    },
    async account(pid, options) {
      if (pid === 0) return undefined;
      const tried = { attempt: 'look_at_process', subject: String(pid) } as const;
      try {
        const { uid } = await within(runner.host, tried, PROC_TIMEOUT_MS, options, () =>
          stat(`/proc/${pid}`),
        );
        return String(uid);
      } catch (error) {
        if (isGivenUp(error)) throw error;
        return byProgram.account(pid, options);
      }
    },
  };
}

async function factsOf(
  pid: number,
  { program: asked, asksGroup = false, asksWords = false }: ProcessCall = {},
): Promise<ProcessFacts> {
  const [uptime, found] = await Promise.all([
    readFile('/proc/uptime', 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8').catch((error: unknown) => {
      if (!isGone(error)) throw error;
      return undefined;
    }),
  ]);
  if (found === undefined) return ENDED;
  const isGroupFrozen = asksGroup && (await isFrozenWithGroup(pid));
  const asItIs = readProcessFacts(found, uptime, { nowMs: Date.now(), isGroupFrozen });
  // Of one that has ended, or has none (the kernel's own), there is no program to look at.
  if (!asItIs.isAlive) return asItIs;
  const exe = `/proc/${pid}/exe`;
  const [link, file, cmdline] = await Promise.all([
    readlink(exe),
    stat(exe),
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
  ]);
  const isNamed = asked !== undefined && readWords(cmdline).includes(asked);
  const words = asksWords ? readWords(cmdline) : undefined;
  return { ...asItIs, words, program: programOf(link, `${file.dev}:${file.ino}`, isNamed) };
}

/** What is not there, or may not be read, says nothing. */
async function isFrozenWithGroup(pid: number): Promise<boolean> {
  const read = (path: string) => readFile(path, 'utf8').catch(() => '');
  const texts = await Promise.all(freezerFiles(await read(`/proc/${pid}/cgroup`)).map(read));
  return texts.some(saysFrozen);
}

const isGone = (error: unknown): boolean => ['ENOENT', 'ESRCH'].includes(errnoOf(error) ?? '');

/** Asking again in another way would take longer than the caller wanted. */
const isGivenUp = (error: unknown): boolean =>
  error instanceof HostError && (error.code === 'timeout' || error.code === 'cancelled');
