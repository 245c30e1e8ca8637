import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { tellOfRevoked } from '../../src/app/tell-of-revoked.js';
import { createRunStore } from '../../src/checks/store/run-store.js';
import type { CheckRun } from '../../src/domain/check-run.js';
import { LOCALES } from '../../src/domain/localized.js';
import { createTransact } from '../../src/store/transaction.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { homeView } from '../../views/home.js';
import { runReportView } from '../../views/run-report.js';
import { statusView } from '../../views/status.js';
import { terminalText } from '../../views/terminal.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { aCheck, aRun } from '../support/runs.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('TRUNCATE lobml.check_runs CASCADE');
  await database.pool.query('DELETE FROM lobml_worker._private_jobs');
});

const store = () =>
  createRunStore(database.pool, {
    transact: createTransact(async () => database.pool),
    revoked: tellOfRevoked,
  });

const at = (seconds: number) =>
  new Date(Date.parse('2026-03-01T12:00:00.000Z') + seconds * 1000).toISOString();
const seen = (from: number, to: number, changes: Partial<CheckRun>) =>
  aRun({ startedAt: at(from), asOf: at(to), validUntil: at(to + 600), ...changes });
const go = (changes: Partial<CheckRun> = {}) => seen(0, 1, { kind: 'gonogo', ...changes });
const failed = { verdict: 'NO_GO', checks: [aCheck('risk.blocked_share', { outcome: 'FAIL' })] } as const;

async function revokedBy(earlier: CheckRun, later: CheckRun) {
  for (const run of [earlier, later]) await store().save(run);
  return (await store().get(earlier.runId))?.revokedBy;
}

test.each<[string, CheckRun]>([
  ['a verify six seconds later', seen(6, 7, { ...failed, kind: 'verify' })],
  ['a precheck', seen(6, 7, { ...failed, kind: 'precheck' })],
  ['a gonogo', seen(6, 7, { ...failed, kind: 'gonogo' })],
  ['a planned run of a release', seen(6, 7, { ...failed, kind: 'precheck', planned: true })],
  ['a run of a canary', seen(6, 7, { ...failed, kind: 'verify', partial: true })],
  ['a hold', seen(6, 7, { verdict: 'HOLD', kind: 'verify' })],
  ['one that began before and saw its last later', seen(-5, 7, { ...failed, kind: 'verify' })],
  [
    'a warning where the GO saw none',
    seen(6, 7, { verdict: 'GO_WITH_WARNINGS', checks: [aCheck('exec.model_type', { outcome: 'WARN' })] }),
  ],
])('%s that is worse revokes a GO', async (_name, later) => {
  const { runId, kind, verdict, asOf } = later;
  expect(await revokedBy(go(), later)).toEqual({ runId, kind, verdict, asOf });
});

test.each<[string, CheckRun, CheckRun]>([
  ['a run of another target', go(), seen(6, 7, { ...failed, target: 'dryrun' })],
  ['a run of another strategy', go(), seen(6, 7, { ...failed, strategy: 'other' })],
  ['a GO', go(), seen(6, 7, { kind: 'verify' })],
  [
    'a warning that the GO had too',
    go({ verdict: 'GO_WITH_WARNINGS', checks: [aCheck('a.a', { outcome: 'WARN' })] }),
    seen(6, 7, { verdict: 'GO_WITH_WARNINGS', checks: [aCheck('a.a', { outcome: 'WARN' })] }),
  ],
])('%s revokes nothing', async (_name, earlier, later) => {
  expect(await revokedBy(earlier, later)).toBeUndefined();
});

test('a run that was over before the GO began revokes nothing', async () => {
  const [earlier, decided] = [seen(-60, -50, { ...failed, kind: 'verify' }), go({ durationMs: 0 })];
  for (const run of [earlier, decided]) await store().save(run);
  expect((await store().get(decided.runId))?.revokedBy).toBeUndefined();
});

test.each([
  ['ten minutes', 600],
  ['a day', 90_000],
])(
  'a worse run revokes a GO also where the clock of its bot is %s behind, and is the newest of its kind',
  async (_name, behind) => {
    const before = seen(-20, -19, { kind: 'verify' });
    const worse = seen(6 - behind, 7 - behind, { ...failed, kind: 'verify' });
    const decided = go();
    for (const run of [before, decided, worse]) await store().save(run);
    const { runId } = worse;
    const subject = { strategy: decided.strategy, target: decided.target };
    const latest = await store().latestOfKinds(subject);
    expect(latest.map((run) => [run.kind, run.runId, run.revokedBy?.runId])).toEqual([
      ['verify', runId, undefined],
      ['gonogo', decided.runId, runId],
    ]);
    expect((await store().latest({ ...subject, kind: 'verify' }))?.runId).toBe(runId);
  },
);

test('a run whose clock is ahead revokes no GO that comes after it', async () => {
  const [ahead, decided] = [seen(600, 601, { ...failed, kind: 'verify' }), go({ durationMs: 0 })];
  for (const run of [ahead, decided]) await store().save(run);
  expect((await store().get(decided.runId))?.revokedBy).toBeUndefined();
});

test('a later run that is better does not bring a revoked GO back', async () => {
  const decided = go();
  for (const run of [decided, seen(6, 7, { ...failed, kind: 'verify' }), seen(20, 21, { kind: 'verify' })])
    await store().save(run);
  expect((await store().get(decided.runId))?.revokedBy).toMatchObject({ verdict: 'NO_GO', asOf: at(7) });
});

test('the messages of a revoked GO are looked after in the transaction that stores the worse run', async () => {
  const decided = go();
  const over = seen(-2000, -1999, { kind: 'gonogo' });
  await store().save(over);
  await database.pool.query("UPDATE lobml.check_runs SET began_at = began_at - INTERVAL '2 hours'");
  for (const run of [decided, seen(6, 7, { ...failed, kind: 'verify' })]) await store().save(run);
  const { rows } = await database.pool.query<{ key: string }>(
    'SELECT key FROM lobml_worker.jobs ORDER BY key',
  );
  expect(rows.map(({ key }) => key)).toContain(`message run:${decided.runId}`);
  expect(rows.map(({ key }) => key)).not.toContain(`message run:${over.runId}`);
});

describe.each(LOCALES)('in %s', (locale) => {
  test('a verify NO-GO six seconds after a gonogo GO shows in status, Home and on the old report', async () => {
    const decided = go();
    for (const run of [decided, seen(6, 7, { ...failed, kind: 'verify' })]) await store().save(run);
    const latest = await store().latestOfKinds(decided);
    const status = {
      strategy: decided.strategy,
      target: decided.target,
      asOf: at(8),
      hosts: [],
      runs: { kind: 'read', latest },
      release: undefined,
    } as const;
    const home = homeView([{ target: { name: 'live', channels: undefined }, status }], locale);
    const stored = await store().get(decided.runId);
    if (stored === undefined) throw new Error('it is not stored');
    const report = runReportView(stored, { locale, stored: true, now: at(8) });
    for (const text of [
      terminalText(statusView(status, locale)),
      terminalText({ text: '', blocks: home }),
      terminalText(report),
    ]) {
      expect(text).toMatch(/HOLD/);
      expect(text).toMatch(locale === 'en' ? /evoked/ : /撤销/);
      expect(text).toMatch(/NO-GO/);
    }
    expect(report.text).toContain('HOLD');
    expect(JSON.stringify(report.blocks)).toContain('rollback');
  });
});
