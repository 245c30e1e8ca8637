import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
/** A build of everything may come first. */
const READY_TIMEOUT_MS = 120_000;

export interface Demo {
  readonly pageUrl: string;
  /** What it has printed. */
  readonly output: string;
  readonly process: ChildProcess;
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
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** `npm run demo`, on any free port, with its data in a folder of the test's own. */
export async function startDemo(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Demo> {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'demo.mjs')], {
    cwd: folder,
    env: { ...process.env, DEMO_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = once(child, 'exit');
  const pageUrl = await readyUrl(child, () => output);
  const variables = parseEnv(await readFile(join(folder, '.data', 'demo', 'terminal.env'), 'utf8'));
  return {
    pageUrl,
    get output() {
      return output;
    },
    process: child,
    lobml: (...words) => runTerminal(words, folder, variables),
    async interrupt() {
      child.kill('SIGINT');
      const [code] = await exited;
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function readyUrl(child: ChildProcess, output: () => string): Promise<string> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const url = /Open\s+(http:\/\/\S+)/.exec(output())?.[1];
    if (url !== undefined && output().includes('Ctrl-C')) return url;
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
