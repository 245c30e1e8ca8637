import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../src/machine/package-root.js';

export interface BotProcess {
  readonly pid: number;
  /** SIGTERM: the bot finishes the work in flight. */
  end(): Promise<void>;
  /** As `kill -9`. */
  kill(): Promise<void>;
  /** Resolves with the exit code when it ends, however that comes. */
  readonly exited: Promise<number | null>;
}

/** Longer than the bot waits for its work. */
const END_TIMEOUT_MS = 40_000;

/** Starts the bot as a process of its own; its log lines go to a file. */
export function startBot(environment: Readonly<Record<string, string>>, logFile: string): BotProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(
    process.execPath,
    [join(findPackageRoot(import.meta.url), 'dist/sandbox/bot-process.js')],
    {
      env: { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', ...environment },
      stdio: ['pipe', log, log],
      // A session of its own: Ctrl-C in the terminal reaches the sandbox, which stops the bot before what the bot needs.
      detached: true,
    },
  );
  child.stdin?.on('error', () => {});
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  const endBy = (signal: NodeJS.Signals) => async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
    await exited;
    clearTimeout(force);
  };
  return { pid: child.pid ?? 0, end: endBy('SIGTERM'), kill: endBy('SIGKILL'), exited };
}
