import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Drill } from '../../src/domain/drill.js';
import { selectDrillFacts } from '../../src/drill/drill-facts.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const SUBJECT = { strategy: 'crypto_lob_ml', target: 'live' };
const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('TRUNCATE lobml.drills, lobml.check_runs CASCADE'));

const part = (name: string, state: string, ms: number) => ({
  ...{ part: name, state, ms, because: null, findings: [], refusals: [] },
});

async function drilled(
  daysAgo: number,
  state: Drill['state'],
  { kind = 'rehearsal', parts = [part('hosts', 'good', 2_000)] }: { kind?: string; parts?: object[] } = {},
): Promise<void> {
  await database.pool.query(
    `INSERT INTO lobml.drills (drill_id, strategy, target, kind, state, requested_by, requested_at, parts, alive_until,
       ended_at)
     VALUES (gen_random_uuid(), 'crypto_lob_ml', 'live', $1, $2, $3, now() - make_interval(secs => $4), $5, now(),
       CASE WHEN $2 IN ('acting', 'waiting') THEN NULL ELSE now() END)`,
    [kind, state, CAROL, daysAgo * 86_400, JSON.stringify(parts)],
  );
}

const facts = () => selectDrillFacts(database.pool, SUBJECT);

async function checkedSince(daysAgo: number): Promise<void> {
  await database.pool.query(
    `INSERT INTO lobml.check_runs (run_id, strategy, target, kind, verdict, requested_by, started_at, as_of, valid_until,
       duration_ms, runbook_sha256, checks, outcome_counts, began_at)
     SELECT gen_random_uuid(), 'crypto_lob_ml', 'live', 'precheck', 'GO', $1, at, at, at, 1, 'ab', '[]', '{}', at
     FROM (SELECT now() - make_interval(days => $2) AS at) AS past`,
    [CAROL, daysAgo],
  );
}

test('a target that nobody has drilled counts the days since it is checked', async () => {
  expect(await facts()).toMatchObject({ never: true, days: 0, kind: undefined, count: 0 });
  await checkedSince(40);
  expect(await facts()).toMatchObject({ never: true, days: expect.closeTo(40, 1) });
});

test('the last good one counts, and no failed, broken-off or unfinished rehearsal after it', async () => {
  await drilled(12, 'good');
  await drilled(11, 'good', { parts: [part('hosts', 'good', 9_000), part('alarm', 'good', 60_000)] });
  await drilled(3, 'failed');
  await drilled(2, 'broken_off');
  await drilled(1, 'waiting');
  expect(await facts()).toEqual({
    never: false,
    days: expect.closeTo(11, 1),
    kind: 'rehearsal',
    tookMs: 9_000,
    p99Ms: 9_000,
    count: 2,
  });
});

test.each([
  ['verified', 'good', 0],
  ['not verified', 'failed', 100],
])(
  'a real one whose halt is %s counts before its way back is confirmed where it is %s',
  async (_what, state, days) => {
    await drilled(100, 'good');
    const parts = [part('proof', state, 130_000), part('back', 'waiting', 0)];
    await drilled(0, 'waiting', { kind: 'real', parts });
    expect(await facts()).toMatchObject({ never: false, days: expect.closeTo(days, 1) });
  },
);
