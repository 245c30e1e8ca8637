import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createAcknowledgementStore } from '../../src/checks/store/acknowledgements.js';
import { createRunStore } from '../../src/checks/store/run-store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ENTRY, insertDecidedOrder, insertDecisions, insertOrder } from './support/orders.js';
import { createStage, resultOf, type Stage, type StageRun, secondsAgo } from './support/verify-stage.js';

const OLD_MODEL = { ...ENTRY, model_version: 'v1' };
const started = (seconds: number) => ({
  status: { ActiveEnterTimestamp: secondsAgo(seconds).toISOString() },
});

let stage: Stage;
let state: TestDatabase;
beforeAll(async () => {
  [stage, state] = await Promise.all([createStage(), createTestDatabase()]);
});
afterAll(async () => {
  await stage.close();
  await state.drop();
});
beforeEach(() => stage.database.pool.query('TRUNCATE agent_order_executions, risk_gate_decisions'));

const verify = (options: StageRun = {}) => stage.run('verify', options);

describe('the window of a run', () => {
  test('begins at the start of the process: orders of the one before it are baseline', async () => {
    await stage.writeHost('live-1', started(300));
    await insertOrder(stage.database.pool, { at: secondsAgo(301), metadata: OLD_MODEL });
    await insertOrder(stage.database.pool, { at: secondsAgo(299) });
    const run = await verify();
    expect(resultOf(run, 'exec.model_version').outcome).toBe('PASS');
    expect(resultOf(run, 'exec.activity').observed).toMatchObject([
      { entry_cnt: 1, baseline_entry_cnt: 1, window_secs: 300 },
    ]);
    expect(resultOf(run, 'risk.decisions').evidence).toMatchObject({
      window: { from: secondsAgo(300).toISOString(), basis: 'process_start' },
      baseline: { from: secondsAgo(600).toISOString(), basis: 'before_window' },
    });
  });

  test('is thirty minutes, and says that the start is unknown, when the host cannot be asked', async () => {
    await insertOrder(stage.database.pool, { at: secondsAgo(1700) });
    const run = await verify({ hosts: ['nowhere'], only: ['exec.activity'] });
    const { outcome, evidence } = resultOf(run, 'exec.activity');
    // Its orders may be of a process that is gone.
    expect(outcome).toBe('ERROR');
    expect(evidence.window).toMatchObject({
      from: secondsAgo(1800).toISOString(),
      basis: 'start_unknown',
      hostsWithoutStart: ['nowhere'],
    });
  });

  test.each([
    ['stopped', { ActiveState: 'inactive', MainPID: 0 }, 'service_stopped'],
    ['failed', { ActiveState: 'failed', MainPID: 0 }, 'service_down'],
    [
      'between two turns of a restart loop',
      { ActiveState: 'activating', MainPID: 0, NRestarts: 412 },
      'service_down',
    ],
    ['silent about its start', { ActiveEnterTimestamp: '' }, 'start_unknown'],
  ])('lets nothing pass on the orders of a process that is gone: %s', async (_what, status, code) => {
    await stage.writeHost('live-1', { status });
    await insertDecidedOrder(stage.database.pool, { at: secondsAgo(60) });
    await insertDecisions(stage.database.pool, 40, { at: secondsAgo(61) });
    // The source itself knows nothing of processes.
    const run = await verify({ accountId: 'acct-live', without: ['source.current', 'source.clocks'] });
    expect(run.verdict).toBe('HOLD');
    expect(run.checks.map(({ outcome, reason }) => [outcome, reason.code])).toEqual(
      run.checks.map(() => ['INCONCLUSIVE', code]),
    );
    await insertOrder(stage.database.pool, { at: secondsAgo(30), metadata: OLD_MODEL });
    expect(resultOf(await verify(), 'exec.model_version').outcome).toBe('FAIL');
  });

  test('is not worked out for a run that does not ask for it', async () => {
    await stage.writeHost('live-1', {});
    let asked = 0;
    const passedWindows = async () => {
      asked += 1;
      return [];
    };
    await stage.run('precheck', { passedWindows });
    expect(asked).toBe(0);
    await verify({ passedWindows });
    expect(asked).toBe(1);
  });

  test('does without an earlier window when the bot’s own database fails', async () => {
    await stage.writeHost('live-1', {});
    const run = await verify({ passedWindows: () => Promise.reject(new Error('gone')) });
    expect(resultOf(run, 'exec.activity').evidence.baseline?.basis).toBe('before_window');
  });
});

describe('the baseline out of stored runs', () => {
  const asked = { strategy: 'crypto_lob_ml', target: 'live', since: secondsAgo(86_400), limit: 10 };

  test('is the window of a run that passed, found in the store', async () => {
    const runs = createRunStore(state.pool);
    await stage.writeHost('live-1', started(120));
    await insertOrder(stage.database.pool, { at: secondsAgo(60) });
    const first = await verify({ only: ['exec.model_type'] });
    expect(first.verdict).toBe('GO');
    await runs.save({ ...first, runId: '00000000-0000-4000-8000-000000000002', verdict: 'HOLD' });
    await runs.save(first);
    await runs.save({ ...first, runId: '00000000-0000-4000-8000-000000000003', target: 'dryrun' });
    await runs.save({ ...first, runId: '00000000-0000-4000-8000-000000000004', partial: true });
    await runs.save({ ...first, runId: '00000000-0000-4000-8000-000000000005', planned: true });

    const windows = await runs.passedWindows(asked);
    expect(windows).toEqual([{ runId: first.runId, from: secondsAgo(120), to: secondsAgo(0) }]);
    expect(await runs.passedWindows({ ...asked, since: secondsAgo(-1) })).toEqual([]);
  });

  test('is none whose warnings nobody has acknowledged', async () => {
    const runs = createRunStore(state.pool);
    await stage.writeHost('live-1', started(120));
    await insertOrder(stage.database.pool, { at: secondsAgo(60) });
    const target = 'warned';
    const seen = await verify({ only: ['exec.model_type'] });
    const runId = '00000000-0000-4000-8000-000000000011';
    const checks = seen.checks.map((check) => ({ ...check, outcome: 'WARN' as const }));
    await runs.save({ ...seen, runId, target, kind: 'gonogo', verdict: 'GO_WITH_WARNINGS', checks });
    expect(await runs.passedWindows({ ...asked, target })).toEqual([]);
    const person = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;
    const acknowledgement = { runId, checkId: 'exec.model_type', person, at: seen.asOf };
    await createAcknowledgementStore(state.pool).acknowledge(acknowledgement);
    expect(await runs.passedWindows({ ...asked, target })).toMatchObject([{ runId }]);
  });

  test('is none that a later run over a part of it judged worse', async () => {
    const runs = createRunStore(state.pool);
    await stage.writeHost('live-1', started(120));
    await insertOrder(stage.database.pool, { at: secondsAgo(60) });
    const target = 'revoked';
    const first = await verify({ only: ['exec.model_type'] });
    const runId = '00000000-0000-4000-8000-000000000021';
    await runs.save({ ...first, runId, target });
    const worse = (from: Date, id: string) => ({
      ...first,
      ...{ runId: id, target, verdict: 'NO_GO' as const, startedAt: secondsAgo(-600).toISOString() },
      checks: first.checks.map((check) => ({
        ...check,
        evidence: {
          ...check.evidence,
          window: { from: from.toISOString(), to: secondsAgo(-600).toISOString() },
        },
      })),
    });
    await runs.save(worse(secondsAgo(0), '00000000-0000-4000-8000-000000000022'));
    expect(await runs.passedWindows({ ...asked, target })).toMatchObject([{ runId }]);
    await runs.save(worse(secondsAgo(1), '00000000-0000-4000-8000-000000000023'));
    expect(await runs.passedWindows({ ...asked, target })).toEqual([]);
  });

  test('gives the later run its last part of the same length', async () => {
    await stage.writeHost('live-1', started(120));
    await insertOrder(stage.database.pool, { at: secondsAgo(3 * 3600 + 60) });
    await insertOrder(stage.database.pool, { at: secondsAgo(3 * 3600 + 180) });
    const passed = { runId: 'run-1', from: secondsAgo(3.5 * 3600), to: secondsAgo(3 * 3600) };
    const run = await verify({ passedWindows: async () => [passed] });
    const { evidence, observed } = resultOf(run, 'exec.activity');
    expect(evidence.baseline).toEqual({
      from: secondsAgo(3 * 3600 + 120).toISOString(),
      to: secondsAgo(3 * 3600).toISOString(),
      basis: 'passed_run',
      runId: 'run-1',
    });
    expect(observed).toMatchObject([{ baseline_entry_cnt: 1 }]);
  });
});
