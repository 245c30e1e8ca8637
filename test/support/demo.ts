import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
/** A build of everything may come first. */
const READY_TIMEOUT_MS = 240_000;
const END_TIMEOUT_MS = 90_000;

export interface Demo {
  readonly pageUrl: string;
  /** What it has printed. */
  readonly output: string;
  readonly process: ChildProcess;
  /** Those of `terminal.env`. */
  readonly variables: NodeJS.Dict<string>;
  /** Runs one subcommand of the terminal against it. */
  lobml(...words: string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
  /** As Ctrl-C. Resolves with the exit code when it has ended. */
  interrupt(): Promise<number | null>;
  /** As `kill -9`. */
  kill(): Promise<void>;
}

export interface DemoFolder {
  readonly path: string;
  remove(): Promise<void>;
}

export async function createDemoFolder(): Promise<DemoFolder> {
  const path = await mkdtemp(join(tmpdir(), 'lobml-demo-'));
  // PostgreSQL's account must be able to enter, where root runs the tests: then everything goes with the folder.
  await chmod(path, 0o711);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** `npm run demo`, on any free port, with its data in a folder of the test's own. */
export async function startDemo(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Demo> {
  const begun = beginDemo(folder, environment);
  const ready = /Open\s+(http:\/\/\S+)[\s\S]*Ctrl-C/;
  const pageUrl = (await begun.says(ready))[1] ?? '';
  const variables = parseEnv(await readFile(join(folder, '.data', 'demo', 'terminal.env'), 'utf8'));
  return {
    pageUrl,
    get output() {
      return begun.output();
    },
    process: begun.process,
    lobml: (...words) => runTerminal(words, folder, variables),
    interrupt: begun.interrupt,
    variables,
    async kill() {
      begun.process.kill('SIGKILL');
      await begun.exited;
    },
  };
}

/** A demo that has only begun to start. */
export function beginDemo(folder: string, environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'demo.mjs')], {
    cwd: folder,
    // What a test releases to `live` has not run on `dryrun` first, and nobody watches, unless that is what it is about.
    env: { ...process.env, DEMO_PORT: '0', DEMO_PROMOTION: 'off', DEMO_WATCH: 'off', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a terminal gives to what it runs.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  return {
    process: child,
    output: () => output,
    exited,
    /** Resolves when it has printed this. */
    says: (words: RegExp) => readOutput(child, words, () => output),
    /** As Ctrl-C: the terminal tells the whole group. */
    async interrupt(): Promise<number | null> {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGINT');
      const late = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
      const code = await exited;
      clearTimeout(late);
      if (child.signalCode === 'SIGKILL') throw new Error(`The demo did not end. It said:\n${output}`);
      return code;
    },
  };
}

async function readOutput(child: ChildProcess, words: RegExp, output: () => string) {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const found = words.exec(output());
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`The demo did not get ready. It said:\n${output()}`);
}

async function runTerminal(words: readonly string[], folder: string, variables: NodeJS.Dict<string>) {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'lobml.mjs'), ...words], {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const collect = async (stream: NodeJS.ReadableStream) => {
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    return text;
  };
  const [stdout, stderr, [exitCode]] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { exitCode, stdout, stderr };
}
