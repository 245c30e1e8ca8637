import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { selftest } from '../../commands/selftest.js';
import type { SelfTestServices } from '../../src/app/self-tests.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import type { Conversation } from '../../src/conversation/subcommand.js';
import type { SelfTestReport } from '../../src/domain/self-test.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { createScratchDatabase } from '../../src/selftest/scratch-database.js';
import { createSelfTest } from '../../src/selftest/self-test.js';
import { selftestJson, selftestView } from '../../views/selftest.js';
import { terminalText } from '../../views/terminal.js';
import { selftest as english } from '../../views/text/en/selftest.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

let beside: TestDatabase;
let folder: string;
beforeAll(async () => {
  beside = await createEmptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'lobml-mutants-'));
});
afterAll(async () => {
  await beside.drop();
  await rm(folder, { recursive: true });
});

async function selfTestOf(runbook: string, cases: string) {
  await writeFile(join(folder, 'runbook.yaml'), runbook);
  await writeFile(join(folder, 'cases.yaml'), cases);
  return createSelfTest({
    runbook: await loadRunbook(join(folder, 'runbook.yaml'), PROBE_KINDS),
    createDatabase: (tables) => createScratchDatabase(beside.url, tables, { warn: () => {} }),
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: randomUUID,
  });
}

const unnoticed = (report: SelfTestReport) =>
  report.unnoticed.map(({ checks, change }) => `${checks}: ${english.change(change)}`);

const RUNBOOK = `strategy: toy
agentId: toy
envPrefix: TOY__
flag: { variable: ENABLED }
params: { mostLag: 10 }
variables: { ENABLED: { type: boolean, default: false } }
sections:
  - id: '1.1'
    title: { en: One, zh-CN: 一 }
    kind: [precheck, verify, gonogo]
    checks:
      - id: toy.orders
        title: { en: Orders, zh-CN: 订单 }
        sql: |
          SELECT COUNT(*) AS n, MAX(lag) AS lag FROM orders
          WHERE agent = \${agentId} AND at > \${asOf}::timestamptz - INTERVAL '5 minutes'
        pass: rows.all(r, r.n > 0 && r.lag < params.mostLag)
        warn: rows.exists(r, r.n > 5)
        fail: rows.exists(r, r.lag != null && r.lag >= params.mostLag * 2)
      - id: toy.new
        title: { en: New, zh-CN: 新 }
        mode: shadow
        env: ENABLED
        pass: 'true'
        fail: rows.exists(r, r.value == 7)
`;
const BASE = `base:
  environment: { ENABLED: true }
  model: none
  startedSecsAgo: 60
  sql:
    - CREATE TABLE orders (agent text, at timestamptz, lag int)
    - INSERT INTO orders VALUES ('toy', NOW(), 1)
`;
const RUNS = `runs: { precheck: [toy.orders, toy.new], verify: [toy.orders, toy.new], gonogo: [toy.orders, toy.new] }
`;
const FEW = `${BASE}${RUNS}cases:
  - { check: toy.orders, name: one, expect: PASS }
  - { check: toy.orders, name: late, expect: FAIL, sql: [UPDATE orders SET lag = 90] }
`;
const ALL = `${FEW}
  - { check: toy.orders, name: between, expect: INCONCLUSIVE, sql: [UPDATE orders SET lag = 15] }
  - { check: toy.orders, name: many, expect: WARN, sql: ["INSERT INTO orders SELECT 'toy', NOW(), 1 FROM generate_series(1, 9)"] }
  - { check: toy.orders, name: of another agent, expect: PASS, sql: ["INSERT INTO orders VALUES ('other', NOW(), 90)"] }
  - { check: toy.orders, name: of long ago, expect: PASS, sql: ["INSERT INTO orders VALUES ('toy', NOW() - INTERVAL '7 minutes', 90)"] }
  - { check: toy.orders, name: of three minutes ago, expect: FAIL, sql: ["INSERT INTO orders VALUES ('toy', NOW() - INTERVAL '3 minutes', 90)"] }
  - { check: toy.orders, name: a few, expect: PASS, sql: ["INSERT INTO orders SELECT 'toy', NOW(), 1 FROM generate_series(1, 3)"] }
  - { check: toy.orders, name: none, expect: INCONCLUSIVE, sql: [DELETE FROM orders, CREATE VIEW v AS SELECT 1 AS one] }
`;

test('a part of a check that no case needs is unproved, by name, also where every case comes out as written', async () => {
  const report = await (await selfTestOf(RUNBOOK, FEW)).run();
  expect(report.isProved).toBe(true);
  expect(unnoticed(report)).toEqual([
    'toy.orders: with `pass` always met',
    'toy.orders: with `warn` never met',
    'toy.orders: without `r.n > 0` in its conditions',
    'toy.orders: without `r.lag < params.mostLag` in its conditions',
    'toy.orders: without `r.lag != null` in its conditions',
    'toy.orders: with mostLag changed from 10 to 20',
    'toy.orders: with mostLag changed from 10 to 5',
    'toy.orders: with pass: rows.all(r, r.n > 0 && r.lag < params.mostLag) changed from 0 to -1000',
    'toy.orders: with warn: rows.exists(r, r.n > 5) changed from 5 to 10',
    'toy.orders: with warn: rows.exists(r, r.n > 5) changed from 5 to 2.5',
    'toy.orders: with fail: rows.exists(r, r.lag != null && r.lag >= params.mostLag * 2) changed from 2 to 1',
    'toy.orders: without the condition `agent = ${agentId}` in line 2 of its statement (toy.orders)',
    "toy.orders: without the condition `at > ${asOf}::timestamptz - INTERVAL '5 minutes'` in line 2 of its statement (toy.orders)",
    "toy.orders: with `INTERVAL '5 minutes'` changed to `2 * INTERVAL '5 minutes'` in its statement (toy.orders)",
    "toy.orders: with `INTERVAL '5 minutes'` changed to `0.5 * INTERVAL '5 minutes'` in its statement (toy.orders)",
  ]);
  for (const [locale, words] of [
    ['en', ['1 of 2 checks decide.', 'Unproved: of', 'without the condition `agent = ']],
    ['zh-CN', ['2 项检查中有 1 项参与决定', '未证明：', '去掉语句']],
  ] as const) {
    const text = terminalText(selftestView(report, locale));
    for (const word of words) expect(text).toContain(word);
  }
  expect(selftestJson([report])).toMatchObject({
    proved: true,
    deciding: 1,
    mutants: {
      tried: report.mutants,
      unproved: expect.arrayContaining([
        expect.objectContaining({ kind: 'constant', checks: ['toy.orders'], condition: 'pass', value: true }),
      ]),
    },
  });
});

test('with a case for each part nothing gets by; a case may make tables that the next one knows nothing of', async () => {
  const report = await (await selfTestOf(RUNBOOK, ALL)).run();
  expect(report.proofs.flatMap(({ cases }) => cases.filter(({ agrees }) => !agrees))).toEqual([]);
  expect(unnoticed(report)).toEqual([]);
  expect(report.isProved).toBe(true);
  expect(report.mutants).toBeGreaterThan(10);
});

test('a case with bounds of its own notices what counts beside them, and shows nothing of the runbook’s', async () => {
  const moved = 'toy.orders: with mostLag changed from 10 to 20';
  const without = ALL.replace(
    'name: between, expect: INCONCLUSIVE',
    'name: between, expect: PASS, params: { mostLag: 20 }',
  )
    .replaceAll(/ {2}- .*expect: FAIL.*\n/g, '')
    .replaceAll(', 90)', ', 9)');
  expect(unnoticed(await (await selfTestOf(RUNBOOK, without)).run())).toContain(moved);
  const late =
    '  - { check: toy.orders, name: late, expect: FAIL, params: { mostLag: 3 }, sql: [UPDATE orders SET lag = 7] }\n';
  const report = await (await selfTestOf(RUNBOOK, without + late)).run();
  expect(report.proofs.flatMap(({ cases }) => cases.filter(({ agrees }) => !agrees))).toEqual([]);
  expect(unnoticed(report)).not.toContain(moved);
  expect(report.proofs.map(({ state }) => state)).toEqual(['unproved', 'unproved']);
});

test('one check is no several', async () => {
  const report = await (await selfTestOf(RUNBOOK, ALL)).run();
  const [proof] = report.proofs;
  const alone = {
    ...report,
    proofs: proof === undefined ? [] : [{ ...proof, cases: proof.cases.slice(0, 1) }],
  };
  for (const [locale, words] of [
    ['en', ['1 check proved by 1 case in', '1 of 1 check decides.']],
    ['zh-CN', ['1 项检查由 1 个用例证明']],
  ] as const) {
    const text = terminalText(selftestView(alone, locale));
    for (const word of words) expect(text).toContain(word);
  }
  expect(english.notProved(1, 1)).toBe('1 of 1 check that decides is not proved');
});

test('only `--strict` asks that nothing is unproved', async () => {
  const selfTest = await selfTestOf(RUNBOOK, FEW);
  const message = { update: async () => {}, finish: async () => {} };
  const conversation = { locale: 'en', post: async () => message } as unknown as Conversation;
  const services: SelfTestServices = { selfTests: [selfTest] };
  const exitCodes = [];
  for (const words of [[], ['--strict']]) {
    exitCodes.push((await selftest.run(words, conversation, services))?.exitCode);
  }
  expect(exitCodes).toEqual([0, 1]);
  await expect(selftest.run(['--stict'], conversation, services)).rejects.toMatchObject({
    code: 'unknown_option',
  });
});

test.each([
  [
    'every check is in shadow',
    (text: string) => text.replace('sql: |', 'mode: shadow\n        sql: |'),
    'No check of the runbook decides',
  ],
  [
    'a run kind has no check',
    (text: string) => text.replace('precheck, verify, gonogo', 'precheck, gonogo'),
    'No check decides in a run of the kind verify',
  ],
])('where %s nothing is proved', async (_what, change, told) => {
  const report = await (await selfTestOf(change(RUNBOOK), ALL.replace(RUNS, ''))).run();
  expect(report.isProved).toBe(false);
  const text = terminalText(selftestView(report, 'en'));
  expect(text.startsWith('⛔')).toBe(true);
  expect(text).toContain(told);
});

test('a check in shadow proves and disproves nothing', async () => {
  const cases = `${ALL}  - { check: toy.new, name: wrong, expect: FAIL }\n`;
  const report = await (await selfTestOf(RUNBOOK, cases)).run();
  expect(report.proofs.map(({ check, mode, state }) => [check, mode, state])).toEqual([
    ['toy.orders', 'deciding', 'proved'],
    ['toy.new', 'shadow', 'disproved'],
  ]);
  expect(report.isProved).toBe(true);
});

describe('what a runbook says besides its checks is spoiled as well', () => {
  const VARIABLES = `variables:
  ENABLED: { type: boolean, default: false }
  MODE: { type: enum, values: { slow: [steady], fast: [quick] }, default: slow }
  WEIGHT: { type: number, min: 0, max: 0.5, clamp: true, default: 0.1 }
`;
  const text = RUNBOOK.replace(/variables: .*\n/, VARIABLES)
    .replace(/ {6}- id: toy\.orders.*/s, '')
    .concat(`      - { env: MODE, is: slow }
      - id: toy.weight
        title: { en: Weight, zh-CN: 权重 }
        sql: SELECT 0.5 AS weight
        pass: rows.all(r, r.weight == env.WEIGHT)
        fail: rows.exists(r, r.weight != env.WEIGHT)
`);
  const cases = (...more: readonly string[]) => `base:
  environment: { ENABLED: true, WEIGHT: 0.5 }
  model: none
  startedSecsAgo: 60
runs: { precheck: [env.mode, toy.weight], verify: [env.mode, toy.weight], gonogo: [env.mode, toy.weight] }
cases:
  - { check: env.mode, name: slow, expect: PASS, environment: { MODE: slow } }
  - { check: env.mode, name: none, expect: FAIL, environment: { MODE: slw } }
  - { check: toy.weight, name: right, expect: PASS }
  - { check: toy.weight, name: wrong, expect: FAIL, environment: { WEIGHT: 0.2 } }
${more.map((line) => `  - ${line}\n`).join('')}`;

  test('a word, blanks, capitals, a default and a bound of a variable that no case needs are named', async () => {
    const report = await (await selfTestOf(text, cases())).run();
    const ofVariables = unnoticed(report).filter((line) => line.includes('read otherwise'));
    expect(ofVariables).toEqual([
      'env.mode: with MODE read otherwise (trim: false)',
      'env.mode: with MODE read otherwise (no default)',
      'env.mode: with MODE read otherwise (exact: true)',
      'env.mode: with MODE read otherwise (steady as fast)',
      'env.mode: with MODE read otherwise (fast as slow)',
      'env.mode: with MODE read otherwise (quick as slow)',
      'toy.weight: with WEIGHT read otherwise (trim: true)',
      'toy.weight: with WEIGHT read otherwise (no default)',
      'toy.weight: with WEIGHT read otherwise (clamp: false)',
      'toy.weight: with WEIGHT read otherwise (min: -1000)',
      'toy.weight: with WEIGHT read otherwise (max: 1)',
      'toy.weight: with WEIGHT read otherwise (max: 1500.5)',
    ]);
  });

  test('with cases for them nothing gets by', async () => {
    const report = await (
      await selfTestOf(
        text,
        cases(
          `{ check: env.mode, name: blanks and capitals, expect: PASS, environment: { MODE: '" Steady "' } }`,
          '{ check: env.mode, name: not set, expect: PASS, environment: { MODE: null } }',
          '{ check: env.mode, name: fast, expect: FAIL, environment: { MODE: fast } }',
          '{ check: env.mode, name: quick, expect: FAIL, environment: { MODE: quick } }',
          '{ check: toy.weight, name: clamped, expect: PASS, environment: { WEIGHT: 0.8 } }',
          '{ check: toy.weight, name: below nothing, expect: FAIL, environment: { WEIGHT: -1 } }',
          '{ check: toy.weight, name: not set, expect: FAIL, environment: { WEIGHT: null } }',
          `{ check: toy.weight, name: no number, expect: ERROR, environment: { WEIGHT: '" 0.5"' } }`,
        ),
      )
    ).run();
    expect(report.proofs.flatMap((proof) => proof.cases.filter(({ agrees }) => !agrees))).toEqual([]);
    expect(unnoticed(report)).toEqual(['toy.weight: with WEIGHT read otherwise (min: -1000)']);
  });

  test('a run whose checks the cases do not list is unproved; one that has lost a check is refused with its line', async () => {
    const without = cases().replace(/runs: .*\n/, 'runs: { gonogo: [env.mode, toy.weight] }\n');
    const report = await (await selfTestOf(text, without)).run();
    expect(unnoticed(report)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('a run of the kind precheck'),
        expect.stringContaining('a run of the kind verify'),
      ]),
    );
    const lost = text.replace('kind: [precheck, verify, gonogo]', 'kind: [precheck, verify]');
    await expect((await selfTestOf(lost, cases())).run()).rejects.toMatchObject({
      faults: [
        expect.objectContaining({ line: 5, fault: expect.objectContaining({ code: 'case_run_differs' }) }),
      ],
    });
  });
});
