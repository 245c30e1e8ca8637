import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readHistoryPage } from '../../src/status/run-history.js';
import { createRunStore, type RunStore } from '../../src/store/run-store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { aRun } from '../support/runs.js';

const subject = { strategy: 'crypto_lob_ml', target: 'live' };
let database: TestDatabase;
let runs: RunStore;
let newestFirst: readonly string[];

beforeAll(async () => {
  database = await createTestDatabase();
  runs = createRunStore(database.pool);
  // Three in each second: the id decides their order.
  const stored = Array.from({ length: 47 }, (_, index) =>
    aRun({ startedAt: new Date(Date.UTC(2026, 2, 1) + Math.floor(index / 3) * 1000).toISOString() }),
  );
  for (const run of stored) await runs.save(run);
  await runs.save(aRun({ target: 'dryrun' }));
  newestFirst = stored
    .toSorted((a, b) => (`${a.startedAt}${a.runId}` < `${b.startedAt}${b.runId}` ? 1 : -1))
    .map(({ runId }) => runId);
});
afterAll(() => database.drop());

const idsOf = (page: Awaited<ReturnType<typeof readHistoryPage>>) => page?.runs.map(({ runId }) => runId);

test('turning to the end and back shows every run of the target once, in one order', async () => {
  const first = await readHistoryPage(runs, subject, { kind: 'newest' });
  expect(idsOf(first)).toEqual(newestFirst.slice(0, 20));
  expect(first).toMatchObject({ hasOlder: true, hasNewer: false });

  const second = await readHistoryPage(runs, subject, { kind: 'before', runId: newestFirst[19] ?? '' });
  expect(idsOf(second)).toEqual(newestFirst.slice(20, 40));
  expect(second).toMatchObject({ hasOlder: true, hasNewer: true });

  const last = await readHistoryPage(runs, subject, { kind: 'before', runId: newestFirst[39] ?? '' });
  expect(idsOf(last)).toEqual(newestFirst.slice(40));
  expect(last).toMatchObject({ hasOlder: false, hasNewer: true });

  const back = await readHistoryPage(runs, subject, { kind: 'after', runId: newestFirst[40] ?? '' });
  expect(idsOf(back)).toEqual(newestFirst.slice(20, 40));
  const top = await readHistoryPage(runs, subject, { kind: 'after', runId: newestFirst[20] ?? '' });
  expect(idsOf(top)).toEqual(newestFirst.slice(0, 20));
  expect(top).toMatchObject({ hasOlder: true, hasNewer: false });
});

test('a page cannot start at a run that is not stored, or at what is no id', async () => {
  const nowhere = { kind: 'before', runId: '00000000-0000-4000-8000-000000000000' } as const;
  expect(await readHistoryPage(runs, subject, nowhere)).toBeUndefined();
  expect(await readHistoryPage(runs, subject, { kind: 'after', runId: "' OR true" })).toBeUndefined();
});

test('the newest run of each kind is found, without those of other targets', async () => {
  const gonogo = aRun({ kind: 'gonogo', verdict: 'NO_GO', startedAt: '2026-02-01T00:00:00.000Z' });
  await runs.save(gonogo);
  const latest = await runs.latestOfKinds(subject);
  expect(latest.map(({ kind, runId }) => [kind, runId])).toEqual([
    ['precheck', newestFirst[0]],
    ['gonogo', gonogo.runId],
  ]);
});

test('criteria, charts and what was reused come back as they were stored', async () => {
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
