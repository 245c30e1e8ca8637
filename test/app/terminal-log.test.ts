import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
let folder: string;
let closedPort: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-terminal-'));
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  closedPort = (closed.address() as { port: number }).port;
  await new Promise((resolve) => closed.close(resolve));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** In a terminal, with two databases that refuse every connection. */
async function lobml(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const url = `postgresql://someone:secret@127.0.0.1:${closedPort}/nowhere`;
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'lobml.mjs'), ...words], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      RUNBOOK_FILE: join(ROOT, 'runbooks'),
      TARGETS_FILE: join(ROOT, 'targets.example.yaml'),
      DATA_DIR: join(folder, 'data'),
      DATABASE_URL: url,
      TRADING_DATABASE_URL: url,
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, logged: stderr.split('\n').filter((line) => line.startsWith('{')) };
}

test('a database that does not answer is told by the report alone, and by the log where somebody asks for it', async () => {
  const { stdout, logged } = await lobml(['verify', 'dryrun']);
  expect(stdout).toContain('The trading database does not answer');
  expect(logged).toEqual([]);
  const asked = await lobml(['verify', 'dryrun'], { LOG_LEVEL: 'warn' });
  expect(asked.logged.join('\n')).toContain('"level"');
});
