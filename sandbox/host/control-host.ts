import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs one of a host's argument lists. @returns what it printed. @throws Error when it ends with another code. */
export async function controlHost(command: readonly string[]): Promise<string> {
  const [program = '', ...args] = command;
  const { stdout } = await run(program, args, { timeout: 15_000, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
