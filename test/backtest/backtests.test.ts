import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createBacktestTask } from '../../src/backtest/backtest-task.js';
import { type Backtests, createBacktests } from '../../src/backtest/backtests.js';
import type { BacktestAnswer, BacktestFigures, BacktestProgress } from '../../src/domain/backtest.js';
import { subjectChanged } from '../../src/messages/message-jobs.js';
import { createMessages } from '../../src/messages/messages.js';
import type { Target } from '../../src/runbook/targets.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { type Clock, systemClock } from '../../src/time/clock.js';
import { startWorker } from '../../src/worker/worker.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  createRememberingSlack,
  createTestKeeper,
  databaseOn,
  type RememberingSlack,
} from '../support/keeping.js';
import { aWish } from './support/backtest-stage.js';

/** A back-test of Slack: noted in the bot's database, carried out apart, told by whichever replica lives. */

const logger = createLogger({ level: 'silent', to: 'stderr' });
const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;
const BOB = { id: 'U0BOB', name: 'bob', surface: 'slack' } as const;
const TARGET = { name: 'live' } as Target;
const FIGURES: BacktestFigures = {
  strategy: 's',
  wish: aWish(),
  runbookSha256: 'ab',
  from: '2026-03-01T00:00:00.000Z',
  to: '2026-03-02T23:00:00.000Z',
  moments: 48,
  done: 48,
  windowMinutes: 30,
  parameters: [],
  checks: [],
  notReplayed: [],
  oldest: [],
  emptyDays: [],
  environment: [],
  stored: { runs: 0, of: 0, compared: 0, unknown: 0, differing: 0, differences: [] },
  durationMs: 1,
};

const aparts: Apart[] = [];
let database: TestDatabase;
let slack: RememberingSlack;
let worker: Awaited<ReturnType<typeof startWorker>> | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema({ pool: database.pool, url: database.url }, { always: true });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('TRUNCATE lobml.backtests');
  slack = createRememberingSlack();
});
afterEach(async () => {
  // What a test leaves open ends here.
  for (const { answer } of aparts.splice(0)) answer({ kind: 'fault', fault: { code: 'inside' } });
  await worker?.stop();
  worker = undefined;
});

/** What a process for checks does, as the test says. */
interface Apart {
  readonly asked: { signal: AbortSignal; tell: (progress: BacktestProgress) => void }[];
  answer: (answer: BacktestAnswer) => void;
}

function replica(clock: Clock = systemClock): { readonly backtests: Backtests; readonly apart: Apart } {
  const apart: Apart = { asked: [], answer: () => {} };
  const { pool } = database;
  const { transact, ...rest } = databaseOn(pool);
  const backtests = createBacktests({
    runbook: { strategy: 's', file: 'runbook.yaml' },
    here: { run: async () => FIGURES },
    apart: (_target, _wish, { signal, onProgress = () => {} }) =>
      new Promise((resolve) => {
        apart.asked.push({ signal, tell: onProgress });
        apart.answer = resolve;
      }),
    database: { ...rest, transact, transactWithJobs: transact },
    subjectChanged,
    newId: randomUUID,
    clock,
    logger,
  });
  aparts.push(apart);
  return { backtests, apart };
}

async function startJobs(backtests: Backtests): Promise<void> {
  const keeper = createTestKeeper({ pool: database.pool, announcer: slack, backtests });
  worker = await startWorker({
    url: database.url,
    strategies: ['s'],
    tasks: { message: keeper.task, backtest: createBacktestTask(backtests, database.pool) },
    clock: systemClock,
    logger,
    pollMs: 50,
  });
}

async function begun(backtests: Backtests) {
  const answer = await backtests.begin(TARGET, aWish(), ALICE);
  if (answer.kind === 'busy') throw new Error('another one goes on');
  const { backtestId } = answer.backtest;
  const { ts } = await slack.post('C1', { text: '', blocks: [] }, backtestId, undefined);
  const subject = `backtest:${backtestId}` as const;
  await createMessages(databaseOn(database.pool)).keep(
    { subject, role: 'report', locale: 'en' },
    { channel: 'C1', ts },
    new Date(),
  );
  const shown = () => JSON.stringify(slack.standing.get(ts)?.report.blocks);
  return { ...answer, backtestId, shown };
}

test('it moves while it goes on, and ends as the report', async () => {
  const { backtests, apart } = replica();
  await startJobs(backtests);
  const { shown, ended, backtestId } = await begun(backtests);
  apart.asked[0]?.tell({ done: 12, moments: 48 });
  await eventually('how far it is', () => shown().includes('12 of 48 moments'));
  expect(shown()).toContain('backtest:cancel');
  apart.answer({ kind: 'figures', figures: FIGURES });
  await ended;
  await eventually('the report', () => shown().includes('48 moments, every 1 h'));
  expect(shown()).not.toContain('backtest:cancel');
  expect(await backtests.get(backtestId)).toMatchObject({ state: 'done', figures: FIGURES });
});

test('a second one is not begun beside it, and whoever cancels it from another replica ends it', async () => {
  const { backtests, apart } = replica();
  const other = replica();
  const { ended, backtestId } = await begun(backtests);
  expect(await other.backtests.begin(TARGET, aWish(), BOB)).toMatchObject({
    kind: 'busy',
    backtest: { backtestId },
  });
  expect(await other.backtests.cancel(backtestId, BOB)).toBe(true);
  expect(await backtests.cancel(backtestId, ALICE)).toBe(false);
  await eventually('the signal', () => apart.asked[0]?.signal.aborted === true);
  apart.answer({ kind: 'figures', figures: { ...FIGURES, done: 7 } });
  await ended;
  expect(await backtests.get(backtestId)).toMatchObject({
    state: 'cancelled',
    cancelledBy: BOB,
    done: 7,
    moments: 48,
  });
});

test('one whose bot was killed ends in its message, by the job of another replica, and keeps nobody waiting', async () => {
  // Killed: nothing of it says any more that it lives.
  const dead = replica({ ...systemClock, sleep: () => new Promise(() => {}) });
  const { shown, backtestId } = await begun(dead.backtests);
  await database.pool.query(
    `UPDATE lobml.backtests SET done = 30, moments = 48, alive_until = now() - interval '1 second'`,
  );
  const { backtests } = replica();
  await startJobs(backtests);
  await eventually('its end', () => shown().includes('after 30 of 48 moments'));
  expect(shown()).toContain('Nothing of it goes on');
  expect(await backtests.get(backtestId)).toMatchObject({ state: 'interrupted', figures: null });
  expect((await backtests.begin(TARGET, aWish(), BOB)).kind).toBe('begun');
});

test('a fault of the trading database is told with its cause', async () => {
  const { backtests, apart } = replica();
  await startJobs(backtests);
  const { shown, ended } = await begun(backtests);
  apart.answer({ kind: 'fault', fault: { code: 'database', facts: { code: 'authentication' } } });
  await ended;
  await eventually('the fault', () => shown().includes('Back-test failed'));
  expect(shown()).toMatch(/The trading database gave no answer\. .*password/);
});
