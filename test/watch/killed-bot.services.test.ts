import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../sandbox/host/eventually.js';
import { createDemoFolder, type Demo, type DemoFolder, startDemo } from '../support/demo.js';

const EVERY_SECS = 4;
const PATIENCE_MS = 120_000;
let folder: DemoFolder;
let demo: Demo;
let pool: pg.Pool;

beforeAll(async () => {
  folder = await createDemoFolder();
  demo = await startDemo(folder.path, { DEMO_WATCH: String(EVERY_SECS) });
  pool = new pg.Pool({ connectionString: demo.variables['DATABASE_URL'], max: 2 });
});

afterAll(async () => {
  await pool?.end();
  await demo?.interrupt();
  await folder.remove();
});

const read = (file: string): string => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // it has ended meanwhile
  }
};
const running = (program: string) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).includes(folder.path))
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes(program))
    .map(Number);

interface WatchRow {
  readonly target: string;
  readonly dueAt: Date;
  readonly lookedAt: Date;
  readonly looks: number;
}

async function watches(): Promise<readonly WatchRow[]> {
  const { rows } = await pool.query<WatchRow>(
    `SELECT target, due_at AS "dueAt", looked_at AS "lookedAt", jsonb_array_length(state->'looks') AS looks
     FROM lobml.watches ORDER BY target`,
  );
  return rows;
}

/** Looks that a worker has taken. */
async function looksUnderWay(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM lobml_worker.jobs WHERE task_identifier LIKE 'look %' AND locked_at IS NOT NULL`,
  );
  return rows[0]?.count ?? 0;
}

test('kill -9 in the middle of a look leaves nothing behind, and the next bot looks in time', async () => {
  await eventually(
    'each target was looked at',
    async () => {
      const rows = await watches();
      return rows.length === 3 && rows.every(({ lookedAt }) => lookedAt !== null);
    },
    PATIENCE_MS,
  );
  const [bot] = running('sandbox/bot-process.js');
  if (bot === undefined) throw new Error('there is no bot');
  await eventually('a look is under way', async () => (await looksUnderWay()) > 0, PATIENCE_MS);
  process.kill(bot, 'SIGKILL');
  await eventually(
    'it has ended, with its programs',
    () => running('checks-process.js').length === 0,
    PATIENCE_MS,
  );
  const left = await watches();

  const next = spawn(process.execPath, [join(import.meta.dirname, '..', '..', 'bin', 'start.mjs')], {
    cwd: folder.path,
    env: { ...process.env, ...demo.variables },
    stdio: 'ignore',
  });
  try {
    await eventually(
      'each target is looked at again',
      async () => {
        const rows = await watches();
        return rows.every(({ lookedAt }, index) => lookedAt > (left[index]?.lookedAt ?? lookedAt));
      },
      PATIENCE_MS,
    );
    const rows = await watches();
    for (const [index, { dueAt }] of rows.entries()) {
      // Looks that were missed are left out, and the grid stays.
      const steps = (dueAt.getTime() - (left[index]?.dueAt.getTime() ?? 0)) / (EVERY_SECS * 1_000);
      expect(steps).toBeGreaterThanOrEqual(1);
      expect(steps).toBeCloseTo(Math.round(steps), 6);
    }
    const { rows: waiting } = await pool.query<{ key: string }>(
      `SELECT key FROM lobml_worker.jobs WHERE task_identifier LIKE 'look %' AND locked_at IS NULL`,
    );
    expect(new Set(waiting.map(({ key }) => key)).size).toBe(waiting.length);
    expect(waiting.length).toBeLessThanOrEqual(3);
    const { rows: silent } = await pool.query(`SELECT FROM lobml.watch_episodes WHERE kind = 'silent'`);
    expect(silent).toEqual([]);
  } finally {
    next.kill('SIGTERM');
    await new Promise((resolve) => next.once('exit', resolve));
  }
});
