import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRunStore, type RunStore } from '../../../src/checks/store/run-store.js';
import type { CheckResult, CheckRun } from '../../../src/domain/check-run.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let runs: RunStore;

beforeAll(async () => {
  database = await createTestDatabase();
  runs = createRunStore(database.pool);
});

afterAll(() => database.drop());

const lag: CheckResult = {
  id: 'data.sync_records.lag',
  section: '2.2-A',
  title: { en: 'sync_records lag', 'zh-CN': 'sync_records 延迟' },
  mode: 'deciding',
  outcome: 'FAIL',
  reason: { code: 'keys_missing', facts: { missing: ['SOLUSDT'], count: 1 } },
  says: [{ en: 'SOLUSDT has no row.', 'zh-CN': 'SOLUSDT 没有数据。' }],
  remedy: { en: 'Restart the collector.', 'zh-CN': '重启采集器。' },
  // Columns in an order of their own, a NUL and half a surrogate pair: all of it has to come back.
  observed: [
    { symbol: 'BTCUSDT', lag_secs: 1.25, a: null, odd: 'x\u0000y\ud800', nested: { b: [1, 'two', false] } },
  ],
  expected: 'lag_secs < 10',
  evidence: { probe: 'sql', sql: 'SELECT $1', parameters: [['BTCUSDT']], sha256: 'ab12' },
  observedAt: '2026-03-04T05:06:07.890Z',
  durationMs: 12.5,
};

function runAt(startedAt: string, changes: Partial<CheckRun> = {}): CheckRun {
  return {
    runId: randomUUID(),
    strategy: 'crypto_lob_ml',
    target: 'live',
    kind: 'precheck',
    verdict: 'NO_GO',
    requestedBy: { id: 'U1', name: 'alice', surface: 'slack' },
    startedAt,
    asOf: startedAt,
    validUntil: startedAt,
    durationMs: 640.25,
    runbookSha256: 'cd34',
    checks: [
      lag,
      { ...lag, id: 'model.file', outcome: 'PASS' },
      { ...lag, id: 'env.enabled', outcome: 'PASS' },
    ],
    ...changes,
  };
}

test('a run comes back as it was stored, to the order of the columns', async () => {
  const run = runAt('2026-03-04T05:06:07.123Z', { strategy: 'round_trip' });
  await runs.save(run);
  const stored = await runs.get(run.runId);
  expect(stored).toEqual(run);
  expect(Object.keys(stored?.checks[0]?.observed[0] ?? {})).toEqual([
    'symbol',
    'lag_secs',
    'a',
    'odd',
    'nested',
  ]);
});

test('storing a run again changes nothing', async () => {
  const run = runAt('2026-03-04T05:06:07.123Z', { strategy: 'twice' });
  await runs.save(run);
  await runs.save({ ...run, verdict: 'GO' });
  expect(await runs.get(run.runId)).toEqual(run);
});

test('an id that is unknown, or none, finds nothing', async () => {
  expect(await runs.get(randomUUID())).toBeUndefined();
  expect(await runs.get("' OR true --")).toBeUndefined();
});

test('the latest is the one started last, of that strategy, target and kind alone', async () => {
  const subject = { strategy: 'latest', target: 'live', kind: 'precheck' } as const;
  // The one that took an hour began before the other, which was over first; its bot’s clock says something else.
  const [older, newer] = [
    runAt('2026-01-02T00:00:00.000Z', { ...subject, durationMs: 3_600_000 }),
    runAt('2026-01-01T00:00:00.000Z', subject),
  ];
  const later = '2026-01-03T00:00:00.000Z';
  const others = [
    runAt(later, { ...subject, target: 'dryrun' }),
    runAt(later, { ...subject, kind: 'verify' }),
    runAt(later, { ...subject, strategy: 'other' }),
  ];
  for (const run of [newer, ...others, older]) await runs.save(run);
  expect((await runs.latest(subject))?.runId).toBe(newer.runId);
  expect(await runs.latest({ ...subject, strategy: 'never ran' })).toBeUndefined();
});

test.each([{ planned: true }, { partial: true }] as const)(
  'what was judged of a plan or a canary comes back as such, and is no state of the target: %o',
  async (mark) => {
    const strategy = `mark ${Object.keys(mark)}`;
    const whole = runAt('2026-01-01T00:00:00.000Z', { strategy });
    const marked = runAt('2026-01-02T00:00:00.000Z', { strategy, ...mark });
    for (const run of [whole, marked]) await runs.save(run);
    expect(await runs.get(marked.runId)).toEqual(marked);
    const subject = { strategy, target: 'live' };
    const found = await runs.latestOfKinds(subject);
    expect(found.map(({ runId }) => runId)).toEqual([whole.runId]);
    expect((await runs.latest({ ...subject, kind: 'precheck' }))?.runId).toBe(whole.runId);
  },
);

test('pages follow each other without a gap or a double, also within one millisecond', async () => {
  const stored = Array.from({ length: 7 }, (_, index) =>
    runAt(`2026-02-01T00:00:0${Math.floor(index / 3)}.000Z`, { strategy: 'paged', target: `t${index % 2}` }),
  );
  for (const run of stored) await runs.save(run);
  const seen: string[] = [];
  for (let page = await runs.page({ strategy: 'paged', limit: 2 }); page.length > 0; ) {
    expect(page.length).toBeLessThanOrEqual(2);
    seen.push(...page.map((line) => line.runId));
    const before = page.at(-1);
    page = before ? await runs.page({ strategy: 'paged', limit: 2, before }) : [];
  }
  const newestFirst = stored.toSorted(
    (a, b) => compare(b.startedAt, a.startedAt) || compare(b.runId, a.runId),
  );
  expect(seen).toEqual(newestFirst.map((run) => run.runId));
  const ofTarget = await runs.page({ strategy: 'paged', target: 't1', limit: 20 });
  expect(new Set(ofTarget.map((line) => line.target))).toEqual(new Set(['t1']));
  expect(ofTarget).toHaveLength(3);
});

test('a line of the history counts the outcomes and leaves the checks out', async () => {
  const run = runAt('2026-03-04T05:06:07.123Z', { strategy: 'counted' });
  await runs.save(run);
  const { checks: _, ...rest } = run;
  expect(await runs.page({ strategy: 'counted', limit: 20 })).toEqual([
    { ...rest, outcomeCounts: { FAIL: 1, PASS: 2 } },
  ]);
});

test('pages and the latest read a handful of rows out of a large history', async () => {
  await database.pool.query(
    `INSERT INTO lobml.check_runs
     SELECT gen_random_uuid(), 'year', 't' || n % 3, (ARRAY['precheck', 'verify', 'gonogo'])[1 + n % 2], 'GO',
       '{"id":"U1","name":"a","surface":"slack"}', now() - n * interval '5 minutes', now(), now(), 1, 'ab', '{}', '[]'
     FROM generate_series(1, 20000) n`,
  );
  await database.pool.query('ANALYZE lobml.check_runs');
  const middle = (await runs.page({ strategy: 'year', limit: 1 }))[0];
  if (middle === undefined) throw new Error('no page');
  const before = { runId: middle.runId, startedAt: '2026-01-01T00:00:00.000Z' };
  const read = await rowsRead(async (counted) => {
    await counted.page({ strategy: 'year', limit: 20 });
    await counted.page({ strategy: 'year', target: 't1', before: { ...middle }, limit: 20 });
    await counted.page({ strategy: 'year', before, limit: 20 });
    // A kind that no run has: an index that lacks it would read all of the target's runs.
    await counted.latest({ strategy: 'year', target: 't1', kind: 'gonogo' });
  });
  expect(read).toBeLessThan(200);
});

/** Rows that the statements of `use` touch, as the planner's own counters tell. */
async function rowsRead(use: (counted: RunStore) => Promise<void>): Promise<number> {
  const client = await database.pool.connect();
  const touched = async () => {
    const { rows } = await client.query(
      `SELECT coalesce(sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid)), 0)::int AS n
       FROM pg_class WHERE oid = 'lobml.check_runs'::regclass
          OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'lobml.check_runs'::regclass)`,
    );
    return rows[0].n;
  };
  try {
    await client.query('BEGIN');
    await use(createRunStore(client));
    return await touched();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
