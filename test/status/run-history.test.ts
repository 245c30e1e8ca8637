import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRunStore, type RunStore } from '../../src/checks/store/run-store.js';
import { createReleaseHistory } from '../../src/status/release-history.js';
import { type HistorySources, readHistoryPage } from '../../src/status/run-history.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storeRelease } from '../support/releases.js';
import { aRun } from '../support/runs.js';

const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' };
const subject = { strategy: 'crypto_lob_ml', target: 'live' };
let database: TestDatabase;
let runs: RunStore;
let sources: HistorySources;
let newestFirst: readonly string[];
let runsNewestFirst: readonly string[];

beforeAll(async () => {
  database = await createTestDatabase();
  runs = createRunStore(database.pool);
  // Three in each second: the id decides their order.
  const stored = Array.from({ length: 37 }, (_, index) =>
    aRun({ startedAt: new Date(Date.UTC(2026, 2, 1) + Math.floor(index / 3) * 1000).toISOString() }),
  );
  for (const run of stored) await runs.save(run);
  await runs.save(aRun({ target: 'dryrun' }));
  const others = await storeReleasesAndHalts();
  sources = { runs, releases: createReleaseHistory(database.pool) };
  const newer = (a: { startedAt: string; id: string }, b: { startedAt: string; id: string }) =>
    `${a.startedAt}${a.id}` < `${b.startedAt}${b.id}` ? 1 : -1;
  const runLines = stored.map(({ runId, startedAt }) => ({ id: runId, startedAt })).toSorted(newer);
  runsNewestFirst = runLines.map(({ id }) => id);
  newestFirst = [...runLines, ...others].toSorted(newer).map(({ id }) => id);
});
afterAll(() => database.drop());

/** Among the runs, some in the very same second. */
async function storeReleasesAndHalts() {
  const lines: { id: string; startedAt: string }[] = [];
  for (const second of [0, 5, 6, 14, 20]) {
    const startedAt = new Date(Date.UTC(2026, 2, 1, 0, 0, second)).toISOString();
    const id = await storeRelease(database.pool, { state: 'confirmed', modelVersion: 'v4', startedAt });
    const haltId = randomUUID();
    await database.pool.query(
      `INSERT INTO lobml.halts (halt_id, strategy, target, kind, state, requested_by, requested_at, ended_at, owner,
         alive_at, record) VALUES ($1, $2, $3, 'disable', 'verified', $4, $5, $5, 'p', $5, $6)`,
      [
        haltId,
        ...Object.values(subject),
        CAROL,
        startedAt,
        JSON.stringify({ halt: { reason: 'late feed' } }),
      ],
    );
    lines.push({ id, startedAt }, { id: haltId, startedAt });
  }
  await storeRelease(database.pool, {
    target: 'dryrun',
    state: 'confirmed',
    startedAt: '2026-03-01T00:00:05.000Z',
  });
  return lines;
}

const idsOf = (page: Awaited<ReturnType<typeof readHistoryPage>>) => page?.lines.map(({ id }) => id);

test('turning to the end and back shows every run of the target once, in one order', async () => {
  const first = await readHistoryPage(sources, subject, { kind: 'newest' });
  expect(idsOf(first)).toEqual(newestFirst.slice(0, 20));
  expect(first).toMatchObject({ hasOlder: true, hasNewer: false });

  const second = await readHistoryPage(sources, subject, { kind: 'before', id: newestFirst[19] ?? '' });
  expect(idsOf(second)).toEqual(newestFirst.slice(20, 40));
  expect(second).toMatchObject({ hasOlder: true, hasNewer: true });

  const last = await readHistoryPage(sources, subject, { kind: 'before', id: newestFirst[39] ?? '' });
  expect(idsOf(last)).toEqual(newestFirst.slice(40));
  expect(last).toMatchObject({ hasOlder: false, hasNewer: true });

  const back = await readHistoryPage(sources, subject, { kind: 'after', id: newestFirst[40] ?? '' });
  expect(idsOf(back)).toEqual(newestFirst.slice(20, 40));
  const top = await readHistoryPage(sources, subject, { kind: 'after', id: newestFirst[20] ?? '' });
  expect(idsOf(top)).toEqual(newestFirst.slice(0, 20));
  expect(top).toMatchObject({ hasOlder: true, hasNewer: false });
});

test('a line says what it was: the model of a release, the kind of a halt, and why', async () => {
  const page = await readHistoryPage(sources, subject, { kind: 'newest' });
  expect(page?.lines.find(({ kind }) => kind === 'release')).toMatchObject({
    state: 'confirmed',
    detail: 'v4',
    reason: 'a better loss',
    by: { id: 'U0ALICE' },
  });
  expect(page?.lines.find(({ kind }) => kind === 'halt')).toMatchObject({
    state: 'verified',
    detail: 'disable',
    reason: 'late feed',
    by: CAROL,
  });
});

test('a page cannot start at a run that is not stored, or at what is no id', async () => {
  const nowhere = { kind: 'before', id: '00000000-0000-4000-8000-000000000000' } as const;
  expect(await readHistoryPage(sources, subject, nowhere)).toBeUndefined();
  expect(await readHistoryPage(sources, subject, { kind: 'after', id: "' OR true" })).toBeUndefined();
});

test('the newest run of each kind is found, without those of other targets', async () => {
  const gonogo = aRun({ kind: 'gonogo', verdict: 'NO_GO', startedAt: '2026-02-01T00:00:00.000Z' });
  await runs.save(gonogo);
  const latest = await runs.latestOfKinds(subject);
  expect(latest.map(({ kind, runId }) => [kind, runId])).toEqual([
    ['precheck', runsNewestFirst[0]],
    ['gonogo', gonogo.runId],
  ]);
});

test('criteria and charts come back as they were stored', async () => {
  const title = { en: 'T', 'zh-CN': '题' };
  const run = aRun({
    kind: 'gonogo',
    target: 'whole',
    criteria: [{ id: 'c', kind: 'no_go', title, checks: ['a.a'], outcome: 'WARN' }],
    charts: [
      {
        id: 'l',
        title,
        type: 'line',
        xLabel: title,
        yLabel: title,
        categories: ['a', 'b'],
        series: [{ name: 'n', values: [1, 2.5] }],
      },
    ],
  });
  await runs.save(run);
  expect(await runs.get(run.runId)).toEqual(run);
});
