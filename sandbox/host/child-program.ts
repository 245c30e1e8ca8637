import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ChildProgram {
  readonly pid: number;
  /** Resolves with its first line of output. @throws Error with its complaint when it ends before. */
  ready(): Promise<void>;
  /** Sends SIGTERM, and SIGKILL after a time-out. */
  end(): Promise<void>;
}

const END_TIMEOUT_MS = 3000;

/** Starts a compiled program of this folder that ends with this process: it watches its standard input. */
export function startProgram(
  path: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProgram {
  const child = spawn(process.execPath, [path, ...args], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A session of its own: Ctrl-C in the terminal reaches the parent alone.
    detached: true,
  });
  let complaint = '';
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const firstLine = new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`${path} ended with ${code} before it was ready: ${complaint}`)),
    );
  });
  firstLine.catch(() => undefined);
  child.stdout.resume();
  return { pid: child.pid ?? 0, ready: () => firstLine, end: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
  await exited;
  clearTimeout(force);
}
