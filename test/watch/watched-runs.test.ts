import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createAcknowledgementStore } from '../../src/checks/store/acknowledgements.js';
import { createRunStore } from '../../src/checks/store/run-store.js';
import type { CheckRun } from '../../src/domain/check-run.js';
import { silentEpisode } from '../../src/domain/watch-episode.js';
import { keepEpisode } from '../../src/watch/episode-store.js';
import { thinWatchedRuns } from '../../src/watch/thin-runs.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { aCheck, aRun } from '../support/runs.js';

const SUBJECT = { strategy: 'crypto_lob_ml', target: 'live' };
const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('TRUNCATE lobml.check_runs, lobml.watch_episodes CASCADE'));

const store = () => createRunStore(database.pool);
const GOOD = [aCheck('a')];
const BAD = [aCheck('a', { outcome: 'FAIL' })];

/** Runs a minute apart, the last one so long ago. */
async function saved(runs: readonly Partial<CheckRun>[], daysAgo = 0): Promise<readonly CheckRun[]> {
  const all = runs.map((changes) => aRun({ kind: 'gonogo', checks: GOOD, ...changes }));
  for (const [index, run] of all.entries()) {
    await store().save(run);
    await database.pool.query(
      `UPDATE lobml.check_runs SET began_at = now() - $2 * interval '1 minute' WHERE run_id = $1`,
      [run.runId, daysAgo * 1_440 + all.length - index],
    );
  }
  return all;
}
const look = (changes: Partial<CheckRun> = {}): Partial<CheckRun> => ({ watched: true, ...changes });
const bad = look({ verdict: 'NO_GO', checks: BAD });
const idsOf = (runs: readonly { readonly runId: string }[]) => runs.map(({ runId }) => runId);

test('the history lists of the looks those that found anything else, and what people asked for', async () => {
  const runs = await saved([look(), look(), bad, bad, {}, look(), look()]);
  const page = await store().page({ ...SUBJECT, limit: 20 });
  expect(new Set(idsOf(page))).toEqual(
    new Set(idsOf([runs[0], runs[2], runs[4], runs[5]].flatMap((run) => run ?? []))),
  );
});

test('a look of another kind is a history of its own', async () => {
  const runs = await saved([look(), look({ kind: 'verify' }), look(), look({ kind: 'verify' })]);
  const page = await store().page({ ...SUBJECT, limit: 20 });
  expect(new Set(idsOf(page))).toEqual(new Set(idsOf(runs.slice(0, 2))));
});

test('nobody has a report of a look: it is the newest run of its kind, and makes no report history', async () => {
  const [asked, seen] = await saved([{}, look()]);
  expect((await store().latest({ ...SUBJECT, kind: 'gonogo' }))?.runId).toBe(asked?.runId);
  expect(idsOf(await store().latestOfKinds(SUBJECT))).toEqual([seen?.runId]);
  expect((await store().get(seen?.runId ?? ''))?.watched).toBe(true);
  expect((await store().get(asked?.runId ?? ''))?.watched).toBeUndefined();
});

test('a NO-GO of the watch revokes a GO that somebody was given', async () => {
  const [go, noGo] = await saved([{}, bad]);
  expect((await store().get(go?.runId ?? ''))?.revokedBy).toMatchObject({
    runId: noGo?.runId,
    verdict: 'NO_GO',
  });
});

test('a release that mends what the watch sees is judged in its knowledge; what is worse revokes it all the same', async () => {
  const planned = { planned: true, kind: 'precheck' } as const;
  const unsure = look({ verdict: 'HOLD', checks: [aCheck('a', { outcome: 'INCONCLUSIVE' })] });
  const revoked = async (...runs: readonly Partial<CheckRun>[]) => {
    await database.pool.query('TRUNCATE lobml.check_runs CASCADE');
    const all = await saved(runs);
    const plan = all.find((run) => run.planned === true);
    return (await store().get(plan?.runId ?? ''))?.revokedBy?.verdict;
  };
  expect(await revoked(bad, planned, bad)).toBeUndefined();
  expect(await revoked(bad, planned, unsure)).toBeUndefined();
  expect(await revoked(look(), planned, bad)).toBe('NO_GO');
  expect(await revoked(unsure, planned, bad)).toBe('NO_GO');
  expect(await revoked(planned, bad)).toBe('NO_GO');
  // A person who asks meanwhile is heard, whatever was known.
  expect(await revoked(bad, planned, { verdict: 'NO_GO', checks: BAD })).toBe('NO_GO');
});

test('windows that the watch saw pass are the baseline of later ones', async () => {
  const window = { from: '2026-03-01T11:30:00.000Z', to: '2026-03-01T12:00:00.000Z' };
  const withWindow = [aCheck('exec', { evidence: { probe: 'sql', window } })];
  const [whole] = await saved([look({ checks: withWindow }), look({ checks: withWindow, partial: true })]);
  const windows = await store().passedWindows({ ...SUBJECT, since: new Date(0), limit: 5 });
  expect(idsOf(windows)).toEqual([whole?.runId]);
});

test('after seven days the changes are left, and what anything else names', async () => {
  const old = await saved([look(), look(), look(), look(), bad, bad, {}, {}], 8);
  const young = await saved([look(), look()], 6);
  const [, acknowledged, told] = old;
  await createAcknowledgementStore(database.pool).acknowledge({
    runId: acknowledged?.runId ?? '',
    checkId: 'a',
    person: ALICE,
    at: '2026-03-01T12:00:00.000Z',
  });
  const episode = silentEpisode(SUBJECT, {
    episodeId: randomUUID(),
    since: '',
    verdict: null,
    now: new Date(),
  });
  await keepEpisode({ subjectChanged: async () => {} }, database.pool, {
    ...episode,
    runIds: [told?.runId ?? ''],
  });
  expect(await thinWatchedRuns(database.pool, { ...SUBJECT, target: 'dryrun' })).toBe(0);
  expect(await thinWatchedRuns(database.pool, SUBJECT)).toBe(2);
  const { rows } = await database.pool.query<{ id: string }>('SELECT run_id AS id FROM lobml.check_runs');
  const gone = idsOf(old).filter((id) => !rows.some((row) => row.id === id));
  expect(gone).toEqual([old[3]?.runId, old[5]?.runId]);
  expect(rows).toHaveLength(old.length + young.length - 2);
});
