import { readFile, stat } from 'node:fs/promises';
import type { CommandRunner } from '../command-runner.js';
import { HostError, type ProcessReader } from '../host.js';
import { within } from '../host-fault.js';
import {
  createProcessReader,
  environmentNames,
  parseEnvironmentAnswer,
} from '../managers/process-environment.js';

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
      const attempt = `reading the environment of process ${pid}`;
      try {
        return await within(runner.host, attempt, PROC_TIMEOUT_MS, options, async () => {
          const bytes = await readFile(`/proc/${pid}/environ`);
          return parseEnvironmentAnswer(bytes.toString('utf8'), wanted);
        });
      } catch (error) {
        if (isGivenUp(error)) throw error;
        return byProgram.environment(pid, names, options);
      }
    },
    async account(pid, options) {
      if (pid === 0) return undefined;
      const attempt = `looking at process ${pid}`;
      try {
        const { uid } = await within(runner.host, attempt, PROC_TIMEOUT_MS, options, () =>
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

/** Asking again in another way would take longer than the caller wanted. */
const isGivenUp = (error: unknown): boolean =>
  error instanceof HostError && (error.code === 'timeout' || error.code === 'cancelled');
