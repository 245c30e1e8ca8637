import { fork } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';

/**
 * Threads for files and names: each that a hung disk holds is one less for whatever else is asked, in the whole process.
 * Four, as Node has unless told, are gone with the fourth such question. Node reads it before any of our code.
 */
const THREADS = '64';
/** How long a program that has said how it ended may take to be gone. */
const END_MS = 1_000;

/**
 * Runs a terminal's kill switch in a process of its own, which can be ended whatever it waits for: a process with a thread
 * that a hung disk holds cannot end itself. Input, output and signals are those of this process.
 * @returns the exit code
 */
export function runApart(words) {
  const env = { UV_THREADPOOL_SIZE: THREADS, ...process.env };
  const child = fork(join(import.meta.dirname, 'terminal.mjs'), words, {
    env,
    stdio: 'inherit',
    execArgv: process.execArgv,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  let said;
  child.once('message', ({ exitCode }) => {
    said = exitCode;
    setTimeout(() => child.kill('SIGKILL'), END_MS).unref();
  });
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(said ?? code ?? 128 + constants.signals[signal]));
  });
}
