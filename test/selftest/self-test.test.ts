import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { createScratchDatabase } from '../../src/selftest/scratch-database.js';
import { createSelfTest } from '../../src/selftest/self-test.js';
import { selftestJson, selftestView } from '../../views/selftest.js';
import { terminalText } from '../../views/terminal.js';
import { selftest as english } from '../../views/text/en/selftest.js';
import { createEmptyDatabase } from '../support/database.js';
import { inWords } from '../support/in-words.js';

test.each(['runbooks/crypto_lob_ml/runbook.yaml', 'sandbox/runbooks/crypto_rl_policy/runbook.yaml'])(
  'every case of %s comes out as written, every check is proved, and no spoiled copy gets by',
  async (file) => {
    const beside = await createEmptyDatabase();
    const progress: string[] = [];
    const warnings: string[] = [];
    const options = {
      runbook: await loadRunbook(file, PROBE_KINDS),
      createDatabase: (tables: string) => createScratchDatabase(beside.url, tables, { warn: () => {} }),
      now: () => new Date(),
      monotonicMs: () => performance.now(),
      newRunId: randomUUID,
      // A case without a table is none to warn of.
      onChartError: (chart: string) => void warnings.push(chart),
    };
    const report = await createSelfTest(options).run((done, of) => progress.push(`${done}/${of}`));
    const surprises = report.proofs.flatMap(({ check, cases }) =>
      cases
        .filter(({ agrees }) => !agrees)
        .map(({ name, expected, result, verdict }) => ({
          check,
          name,
          expected,
          verdict,
          got: result.outcome,
          reason: result.reason,
        })),
    );
    expect(surprises).toEqual([]);
    expect(report.proofs.filter(({ state }) => state !== 'proved')).toEqual([]);
    expect(report.isProved).toBe(true);
    expect(warnings).toEqual([]);
    // As `--strict` asks.
    expect(report.unnoticed.map(({ checks, change }) => `${checks}: ${english.change(change)}`)).toEqual([]);
    const of = report.proofs.flatMap(({ cases }) => cases).length;
    expect(progress.at(-1)).toBe(`${of}/${of}`);

    const { rows } = await beside.pool.query(
      "SELECT 1 FROM pg_database WHERE datname LIKE 'lobml_selftest_%'",
    );
    expect(rows).toEqual([]);
    await beside.drop();
  },
  // Some three hundred cases, one after the other, beside everything else that the tests run.
  600_000,
);

const RUNBOOK = `strategy: toy
agentId: toy
envPrefix: TOY__
flag: { variable: ENABLED }
params: {}
variables: { ENABLED: { type: boolean, default: false }, NAME: { type: text } }
sections:
  - id: '1.1'
    title: { en: One, zh-CN: 一 }
    kind: precheck
    checks:
      - id: toy.file
        title: { en: File, zh-CN: 文件 }
        file: /etc/toy.conf
        pass: rows.all(r, r.exists && r.size > 0)
        fail: rows.exists(r, !r.exists)
      - id: toy.blind
        title: { en: Blind, zh-CN: 盲 }
        env: NAME
        pass: 'true'
        fail: 'false'
      - id: toy.bare
        title: { en: Bare, zh-CN: 无 }
        env: NAME
        pass: rows.all(r, r.value == "a")
        fail: rows.exists(r, r.value != "a")
      - id: toy.feed
        title: { en: Feed, zh-CN: 行情 }
        http: { url: 'http://feed.example/health' }
        pass: rows.all(r, r.lag < 5.0)
        fail: rows.exists(r, r.status != 200 || r.lag >= 5.0)
`;
const CASES = `base:
  { environment: { NAME: a }, model: none, startedSecsAgo: 60, http: { 'http://feed.example/health': { json: { lag: 1 } } } }
cases:
  - { check: toy.file, name: there, expect: PASS, files: { root/etc/toy.conf: x } }
  - { check: toy.file, name: gone, expect: FAIL }
  - { check: toy.blind, name: right, expect: PASS }
  - { check: toy.blind, name: wrong, expect: FAIL, environment: { NAME: b } }
  - { check: toy.bare, name: right, expect: PASS }
  - { check: toy.feed, name: up, expect: PASS }
  - { check: toy.feed, name: late, expect: FAIL, http: { 'http://feed.example/health': { json: { lag: 9 } } } }
  - { check: toy.feed, name: down, expect: FAIL, http: { 'http://feed.example/health': { status: 503, text: sorry } } }
  - { check: toy.feed, name: away, expect: ERROR, http: { 'http://feed.example/health': null } }
`;

test('what a killed self-test has left is removed by the next one, and nothing that is in use', async () => {
  const server = await createEmptyDatabase();
  const id = (n: number) => String(n).repeat(32);
  const left = [`lobml_selftest_1700000000_${id(1)}`, `lobml_selftest_${id(2)}`];
  const inUse = `lobml_selftest_1700000000_${id(3)}`;
  for (const name of [...left, inUse]) await server.pool.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(server.url);
  url.pathname = `/${inUse}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const first = await createScratchDatabase(server.url, '', { warn: () => {} });
  const { rows } = await server.pool.query<{ name: string }>(
    'SELECT datname AS name FROM pg_database WHERE datname = ANY($1)',
    [[...left, inUse]],
  );
  await client.end();
  await first.drop();
  await server.pool.query(`DROP DATABASE ${inUse}`);
  await server.drop();
  expect(rows).toEqual([{ name: inUse }]);
});

test('tables that refer to each other, and one that forbids to delete, begin each case empty', async () => {
  const beside = await createEmptyDatabase();
  const tables = `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a ON DELETE RESTRICT);
    CREATE TABLE c (id int);
    CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'kept'; END $$;
    CREATE TRIGGER keep BEFORE DELETE ON c FOR EACH ROW EXECUTE FUNCTION keep()`;
  const scratch = await createScratchDatabase(beside.url, tables, { warn: () => {} });
  const count = 'SELECT (SELECT COUNT(*) FROM a) + (SELECT COUNT(*) FROM b) + (SELECT COUNT(*) FROM c) AS n';
  const left: unknown[] = [];
  for (const filled of ['INSERT INTO b VALUES (1)', 'INSERT INTO c VALUES (1)']) {
    await scratch.arrange(['INSERT INTO a VALUES (1)', filled]);
    await scratch.arrange([]);
    const request = { text: count, values: [], functions: [], timeoutMs: 5_000 };
    left.push((await scratch.trading.query(request)).rows);
  }
  await scratch.drop();
  await beside.drop();
  expect(left).toEqual([[{ n: 0 }], [{ n: 0 }]]);
});

test('a check that cannot fail is disproved, one without a failing case unproved', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lobml-toy-'));
  const beside = await createEmptyDatabase();
  await writeFile(join(folder, 'runbook.yaml'), RUNBOOK);
  await writeFile(join(folder, 'cases.yaml'), CASES);
  const report = await createSelfTest({
    runbook: await loadRunbook(join(folder, 'runbook.yaml'), PROBE_KINDS),
    createDatabase: (tables) => createScratchDatabase(beside.url, tables, { warn: () => {} }),
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: randomUUID,
  }).run();
  expect(report.proofs.map(({ check, state }) => [check, state])).toEqual([
    ['toy.file', 'proved'],
    ['toy.blind', 'disproved'],
    ['toy.bare', 'unproved'],
    ['toy.feed', 'proved'],
  ]);
  expect(report.isProved).toBe(false);
  for (const locale of ['en', 'zh-CN'] as const) {
    const text = terminalText(selftestView(report, locale));
    expect(text.startsWith('⛔')).toBe(true);
    expect(text).toContain({ en: 'wrong: expected fail, came out as pass', 'zh-CN': 'wrong：预期' }[locale]);
    expect(text).toContain({ en: 'no case in which it fails', 'zh-CN': '没有让它失败的用例' }[locale]);
  }
  expect(selftestJson([report])).toMatchObject({
    proved: false,
    checks: [{ state: 'proved' }, {}, {}, { state: 'proved' }],
  });
  const others = [report, { ...report, strategy: 'other', isProved: true }];
  expect(selftestJson(others)).toMatchObject({
    proved: false,
    strategies: [
      { strategy: report.strategy, proved: false },
      { strategy: 'other', proved: true },
    ],
  });
  expect(selftestView(report, 'en', true).text).toContain(`⛔ ${report.strategy}: `);
  await rm(folder, { recursive: true });
  await beside.drop();
});

test('without the right to create a database it says which right is missing, and changes nothing', async () => {
  const beside = await createEmptyDatabase();
  const role = `selftest_${process.pid}`;
  await beside.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'right'`);
  const url = new URL(beside.url);
  url.username = role;
  url.password = 'right';
  await expect(inWords(() => createScratchDatabase(url.href, '', { warn: () => {} }))).rejects.toMatchObject({
    code: 'selftest_needs_createdb',
    sentence: { en: expect.stringContaining('CREATEDB'), 'zh-CN': expect.stringContaining('CREATEDB') },
  });
  await beside.pool.query(`DROP ROLE ${role}`);
  await beside.drop();
});
