import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seedTradingDatabase } from '../../sandbox/host/trading-data/seed.js';
import { createTradingHosts, type TradingHosts } from '../../sandbox/host/trading-host.js';
import type { runJson } from '../../views/run-json.js';
import { ENTRY, insertOrder } from '../checks/support/orders.js';
import { targetsText } from '../release/engine/support/targets-of.js';
import { eventually } from '../sandbox/host/eventually.js';
import { buildSandboxPrograms, type SandboxPrograms } from '../sandbox/host/programs.js';
import { ROOT } from '../support/build-programs.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.js';

/** The built `lobml` believes in a wrong clock (libfaketime); databases and hosts have the right one. */
let folder: string;
let programs: SandboxPrograms;
let [tables, state] = [] as unknown as [TestDatabase, TestDatabase];
let trading: TradingHosts;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wrong-clock-'));
  [programs, tables, state] = await Promise.all([
    buildSandboxPrograms(),
    createEmptyDatabase(),
    createTestDatabase(),
  ]);
  await seedTradingDatabase(tables.pool, { now: new Date(), scale: 0.2 });
  trading = await createTradingHosts({
    folder,
    databaseUrl: tables.url,
    hosts: ['live-1'],
    entryEveryMs: 500,
    programsFolder: programs.folder,
  });
  await writeFile(
    join(folder, 'targets.yaml'),
    targetsText(trading, { checkpointMinutes: [1], confirmMinutes: 5 }),
  );
  const started = new Date();
  await eventually(
    'the new process trades',
    async () => {
      const { rowCount } = await tables.pool.query(
        `SELECT 1 FROM agent_order_executions WHERE account_id = 'acct-live' AND executed_at > $1 LIMIT 1`,
        [started],
      );
      return (rowCount ?? 0) > 0;
    },
    60_000,
  );
  // At the edge of every window: what a bot whose clock is slow has not yet seen.
  for (let order = 0; order < 13; order += 1) {
    await insertOrder(tables.pool, {
      at: new Date(),
      metadata: { ...ENTRY, model_type: 'lightgbm' },
      isBuy: true,
    });
  }
}, 240_000);

afterAll(async () => {
  await trading.close();
  await Promise.all([tables.drop(), state.drop(), programs.remove()]);
  await rm(folder, { recursive: true, force: true });
});

type RunJson = ReturnType<typeof runJson>;

/** @param clock what libfaketime makes of it */
async function lobml(kind: 'verify' | 'gonogo', clock: string): Promise<RunJson> {
  const words = ['-m', '--exclude-monotonic', '-f', clock, process.execPath];
  words.push(join(ROOT, 'bin', 'lobml.mjs'), kind, 'live', '--json');
  const environment = {
    PATH: process.env.PATH,
    HOME: folder,
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: state.url,
    TRADING_DATABASE_URL: tables.url,
    TARGETS_FILE: join(folder, 'targets.yaml'),
    RUNBOOK_FILE: join(ROOT, 'runbooks'),
  };
  return new Promise((resolve, reject) => {
    execFile('faketime', words, { cwd: folder, env: environment }, (error, stdout, stderr) => {
      // Another exit code than 0 is an answer; no JSON is none.
      try {
        resolve(JSON.parse(stdout));
      } catch {
        reject(new Error(`${kind} printed no JSON: ${stderr}`, { cause: error }));
      }
    });
  });
}

const resultOf = ({ checks }: RunJson, id: string) => checks.find((check) => check.id === id);

test.each([
  ['verify', '+0', 'PASS', /bot -?0\.\d s/],
  ['verify', '-10m', 'FAIL', /^The clock of bot is (?:599|60[01])\.\d s behind/],
  ['verify', '+10m', 'FAIL', /^The clock of bot is (?:599|60[01])\.\d s ahead/],
  ['gonogo', '-10m', 'FAIL', /^The clock of bot is (599|600)\.\d s behind/],
  ['gonogo', '+10m', 'FAIL', /^The clock of bot is (599|600)\.\d s ahead/],
] as const)(
  '%s with the bot’s clock at %s is no GO over entries of a wrong model',
  async (kind, clock, outcome, says) => {
    const run = await lobml(kind, clock);
    expect(resultOf(run, 'source.clocks')).toMatchObject({ outcome, message: expect.stringMatching(says) });
    expect(resultOf(run, 'exec.model_type')).toMatchObject({
      outcome: 'FAIL',
      message: expect.stringContaining('13 entries with `lightgbm`'),
    });
    expect(run.verdict).toBe('NO_GO');
  },
);
