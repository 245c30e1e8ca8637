import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { checkSentence } from '../../views/check-sentence.js';
import { ENTRY, insertOrder } from './support/orders.js';
import {
  createStage,
  loadedLine,
  NOW,
  resultOf,
  type Stage,
  type StageRun,
  secondsAgo,
} from './support/verify-stage.js';

/** `NOW` is the moment of the trading database; the other clocks are what a test makes of them. */
let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.close());
beforeEach(() => stage.database.pool.query('TRUNCATE agent_order_executions'));

const WRONG = { ...ENTRY, model_type: 'lightgbm' };
const stateAhead = (seconds: number) => async () => ({
  at: secondsAgo(-seconds),
  errorMs: 0,
  server: 'state',
});

async function compare(aheadSecs: number, options: StageRun = {}) {
  await stage.writeHost('live-1', { aheadSecs });
  const run = await stage.run('verify', { clocks: true, only: ['source.clocks'], ...options });
  const result = resultOf(run, 'source.clocks');
  return { result, run, says: result.says.map(({ en }) => en) };
}

test('clocks that differ by less than the tolerance pass, each with its offset', async () => {
  const { result, says } = await compare(-1, { stateMoment: stateAhead(1) });
  expect(result.outcome).toBe('PASS');
  expect(says).toEqual(['bot 0.0 s', 'trading_database 0.0 s', 'state_database 1.0 s', 'live-1 -1.0 s']);
});

test.each([
  ['behind', 600],
  ['ahead', -600],
])('a bot that is ten minutes %s is named by the majority', async (side, ago) => {
  const { result, run, says } = await compare(0, { now: () => secondsAgo(ago), stateMoment: stateAhead(0) });
  expect(result.outcome).toBe('FAIL');
  expect(run.verdict).toBe('NO_GO');
  expect(says).toEqual([
    `The clock of bot is 600.0 s ${side} (± 0.0 s, against majority), expected at most 2 s.`,
  ]);
  expect(checkSentence(result, 'zh-CN')).toContain(`bot 的时钟${side === 'behind' ? '慢' : '快'} 600.0 秒`);
});

test.each([
  ['live-1', -3, 0],
  ['state_database', 0, 2.5],
])('so is %s', async (name, hostAhead, stateSecs) => {
  const { result, says } = await compare(hostAhead, { stateMoment: stateAhead(stateSecs) });
  expect(result.outcome).toBe('FAIL');
  expect(says).toEqual([expect.stringContaining(`The clock of ${name} is `)]);
});

test('where nobody can tell which of two is wrong, the one that differs from the trading database is', async () => {
  await stage.writeHost('live-1', {});
  const run = await stage.run('verify', { only: ['source.clocks'], now: () => secondsAgo(5) });
  expect(resultOf(run, 'source.clocks').says.map(({ en }) => en)).toEqual([
    'The clock of bot (live-1) is 5.0 s behind (± 0.0 s, against trading_database), expected at most 2 s.',
  ]);
});

test('a clock that gives no answer is an error of its own, and hides no wrong one', async () => {
  const silent = async () => {
    await rm(join(stage.folder, 'live-1.clock'));
    throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
  };
  const { result } = await compare(0, { stateMoment: silent });
  expect(result).toMatchObject({
    outcome: 'ERROR',
    reason: {
      code: 'clocks_unread',
      facts: { clocks: expect.arrayContaining(['state_database (unreachable)']) },
    },
    observed: [{ clock: 'bot' }, { clock: 'trading_database', off_secs: 0 }, ...result.observed.slice(2)],
  });
  expect(checkSentence(result, 'en')).toContain('No answer from the clock of state_database (unreachable)');
  const { result: wrong } = await compare(0, { now: () => secondsAgo(600), stateMoment: silent });
  expect(wrong.outcome).toBe('FAIL');
});

test.each([
  ['fast', 600],
  ['slow', -600],
])(
  'the window begins at the start of a process on a host that is ten minutes %s',
  async (_what, aheadSecs) => {
    const started = secondsAgo(900 - aheadSecs).toISOString();
    await stage.writeHost('live-1', { aheadSecs, status: { ActiveEnterTimestamp: started } });
    await insertOrder(stage.database.pool, { at: secondsAgo(60) });
    await insertOrder(stage.database.pool, { at: secondsAgo(600), metadata: WRONG });
    await insertOrder(stage.database.pool, { at: secondsAgo(1_200), metadata: WRONG });
    const run = await stage.run('verify', { clocks: true, only: ['exec.model_type'] });
    const result = resultOf(run, 'exec.model_type');
    expect(result.evidence.window).toMatchObject({
      from: secondsAgo(900).toISOString(),
      basis: 'process_start',
    });
    expect(result.outcome).toBe('FAIL');
    expect(result.says[0]?.en).toContain('1 entries with `lightgbm`');
  },
);

test('a host that does not tell its time leaves the start of its process unknown', async () => {
  await stage.writeHost('live-1', { aheadSecs: 0 });
  await rm(join(stage.folder, 'live-1.clock'));
  await insertOrder(stage.database.pool, { at: secondsAgo(60) });
  const run = await stage.run('verify', { clocks: true, only: ['exec.model_type'] });
  expect(resultOf(run, 'exec.model_type')).toMatchObject({
    outcome: 'ERROR',
    reason: { code: 'host_error' },
  });
});

test.each([60, -60])('a good start is proved on a host whose clock is %s s ahead', async (aheadSecs) => {
  const at = (seconds: number) => secondsAgo(seconds - aheadSecs);
  let sleptMs = 0;
  await stage.writeHost('live-1', {
    aheadSecs,
    status: { ActiveEnterTimestamp: at(8).toISOString() },
    log: [loadedLine('/opt/ploy/models/crypto/new.onnx', at(7))],
  });
  const run = await stage.run('gonogo', {
    clocks: true,
    only: ['service.started'],
    now: () => new Date(NOW.getTime() + sleptMs),
    sleep: async (ms) => {
      sleptMs += ms;
    },
  });
  const result = resultOf(run, 'service.started');
  expect(result.outcome).toBe('PASS');
  expect(result.observed).toMatchObject([{ since: secondsAgo(8).toISOString(), age_secs: 8.5 }]);
});
