import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalSlack, type LocalSlack } from '../../sandbox/slack/local-slack.js';
import { loadConfig } from '../../src/config/config.js';
import type { Announcer } from '../../src/messages/announcer.js';
import { subjectChanged } from '../../src/messages/message-jobs.js';
import {
  createMessageKeeper,
  type MessageKeeper,
  type MessageTable,
} from '../../src/messages/message-keeper.js';
import { createMessages } from '../../src/messages/messages.js';
import { createSlackConnection } from '../../src/slack/connection.js';
import { createSlackAnnouncer } from '../../src/slack/slack-announcer.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { startWorker, type Worker } from '../../src/worker/worker.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { section } from '../slack/support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createRememberingSlack, databaseOn, type RememberingSlack } from '../support/keeping.js';

const SUBJECT = 'request:1';
const CHANNEL = 'C0RELEASES';
const CALL = { stopping: new AbortController().signal, lost: new AbortController().signal };
const logger = createLogger({ level: 'silent', to: 'stderr' });

let database: TestDatabase;
let slack: RememberingSlack;
let workers: Worker[];

beforeEach(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  // The subject of this test: one row, whose state its message shows.
  await database.pool.query('CREATE TABLE subjects (state text NOT NULL, lives boolean NOT NULL)');
  await database.pool.query(`INSERT INTO subjects VALUES ('new', true)`);
  [slack, workers] = [createRememberingSlack(), []];
});
afterEach(async () => {
  for (const worker of workers) await worker.stop();
  await database.drop();
});

/** A keeper as each replica has one. */
function keeperOver(announcer: Announcer = slack): MessageKeeper {
  const load: MessageTable['request'] = async () => {
    const { rows } = await database.pool.query<{ state: string; lives: boolean }>('SELECT * FROM subjects');
    const [{ state, lives } = { state: '', lives: false }] = rows;
    return {
      owed: [{ role: 'request', channel: CHANNEL }],
      lives,
      render: ({ role }) => section(`${role}: ${state}`),
    };
  };
  return createMessageKeeper({
    database: database.pool,
    transact: databaseOn(database.pool).transact,
    table: {
      run: load,
      request: load,
      release: load,
      training: load,
      drill: load,
      watch: load,
      backtest: load,
    },
    announcer,
    subjectChanged,
    now: () => new Date(),
    logger,
  });
}

async function startReplica(announcer?: Announcer): Promise<void> {
  const { task } = keeperOver(announcer);
  const tasks = { message: task };
  workers.push(
    await startWorker({
      url: database.url,
      tasks,
      strategies: ['s'],
      clock: systemClock,
      logger,
      pollMs: 50,
    }),
  );
}

/** What a use case does: the change and its messages are one transaction. */
const become = (state: string, lives = true) =>
  databaseOn(database.pool).transact(async (client) => {
    await client.query('UPDATE subjects SET state = $1, lives = $2', [state, lives]);
    await subjectChanged(client, SUBJECT);
  });

const standing = () => [...slack.standing.values()].map(({ report }) => report.text);
const jobs = async () => {
  const { rows } = await database.pool.query<{ seconds: number; payload: { failures: string } }>(
    `SELECT extract(epoch FROM run_at - now())::double precision AS seconds, j.payload
     FROM lobml_worker._private_jobs j`,
  );
  return rows;
};

test('two replicas that change one subject at once make one message, and it ends with the last state', async () => {
  await startReplica();
  await startReplica();
  await Promise.all(Array.from({ length: 20 }, (_, index) => become(`${index}`)));
  await become('last');
  await eventually('the last state', () => standing().includes('request: last'));
  await eventually('the end of the jobs', async () => (await jobs()).length === 0);
  expect(standing()).toEqual(['request: last']);
});

test('an older state that Slack is slow to take is not the last to arrive', async () => {
  const { show } = keeperOver();
  await show(SUBJECT);
  await database.pool.query(`UPDATE lobml.messages SET shown_at = now() - interval '1 hour'`);
  let isSlow = false;
  const sluggish: Announcer = {
    ...slack,
    async change(ref, report) {
      if (report.text.endsWith('slow')) {
        isSlow = true;
        // The other replica would have changed the message by then.
        await eventually('the other one', () => standing().includes('request: last'), 1_000).catch(() => 0);
      }
      return slack.change(ref, report);
    },
  };
  await startReplica(sluggish);
  await startReplica(sluggish);
  await become('slow');
  await eventually('the slow change', () => isSlow);
  await become('last');
  await eventually('the end of the jobs', async () => (await jobs()).length === 0);
  expect(standing()).toEqual(['request: last']);
});

test('a message is left alone for a while after each change, and then shows the newest state', async () => {
  const { task } = keeperOver();
  await task({ subject: SUBJECT }, CALL);
  await database.pool.query(`UPDATE lobml.messages SET shown_at = now() + interval '1 hour'`);
  await become('soon');
  await database.pool.query('DELETE FROM lobml_worker._private_jobs');
  await task({ subject: SUBJECT }, CALL);
  expect(standing()).toEqual(['request: new']);
  const [left] = await jobs();
  expect(left?.seconds).toBeGreaterThan(3_000);
  // What changes meanwhile does not wait for that job.
  await become('now');
  expect((await jobs()).map(({ seconds }) => seconds <= 0)).toEqual([true]);
  await database.pool.query(`UPDATE lobml.messages SET shown_at = now() - interval '1 hour'`);
  await task({ subject: SUBJECT }, CALL);
  expect(standing()).toEqual(['request: now']);
});

describe('where Slack refuses', () => {
  const failing = (failures: number, waitMs = 0) => {
    slack.refuse = () => {
      throw new Error('Slack is away');
    };
    const { task } = keeperOver({ ...slack, waitAfter: () => waitMs });
    return task({ subject: SUBJECT, failures: String(failures) }, CALL);
  };

  test.each([0, 3, 10, 1_000])('after %i failures a living subject waits 30 s at most', async (failures) => {
    await failing(failures);
    const [next] = await jobs();
    expect(next?.payload.failures).toBe(String(failures + 1));
    expect(next?.seconds).toBeLessThanOrEqual(30);
  });

  test('what is over waits longer, and in the end for nothing', async () => {
    await database.pool.query('UPDATE subjects SET lives = false');
    await failing(149);
    const [next] = await jobs();
    expect(next?.seconds).toBeGreaterThan(300);
    await database.pool.query('DELETE FROM lobml_worker._private_jobs');
    await failing(150);
    expect(await jobs()).toEqual([]);
  });

  test('Slack’s own wish is kept', async () => {
    await failing(0, 25_000);
    const [next] = await jobs();
    expect(next?.seconds).toBeGreaterThan(20);
  });

  test('a change that came meanwhile is not kept waiting by the next try', async () => {
    slack.refuse = () => {
      throw new Error('Slack is away');
    };
    const { task } = keeperOver();
    await become('other');
    await task({ subject: SUBJECT, failures: '20' }, CALL);
    expect((await jobs()).map(({ seconds }) => seconds <= 0)).toEqual([true]);
  });
});

test('a post whose answer was lost is found, at first and in the place of a deleted message', async () => {
  const { show } = keeperOver();
  const losing: Announcer = {
    ...slack,
    async post(...what) {
      await slack.post(...what);
      throw new Error('connection reset');
    },
  };
  await expect(keeperOver(losing).show(SUBJECT)).rejects.toThrow('reset');
  await show(SUBJECT);
  expect(standing()).toEqual(['request: new']);
  slack.standing.clear();
  await expect(keeperOver(losing).show(SUBJECT)).rejects.toThrow('reset');
  await become('later');
  await show(SUBJECT);
  expect(standing()).toEqual(['request: later']);
});

test('a copy that somebody deleted is not posted anew; what is owed is', async () => {
  const { show } = keeperOver();
  await show(SUBJECT);
  const { ts } = await slack.post('C0INCIDENTS', section('copy'), 'copy');
  const messages = createMessages(databaseOn(database.pool));
  await messages.keep({ subject: SUBJECT, role: 'copy' }, { channel: 'C0INCIDENTS', ts }, new Date());
  await show(SUBJECT);
  expect(standing()).toEqual(['request: new', 'copy: new']);
  slack.standing.clear();
  await show(SUBJECT);
  expect(standing()).toEqual(['request: new']);
});

describe('over the Web API', () => {
  let local: LocalSlack;
  let announcer: Announcer;

  beforeEach(async () => {
    local = createLocalSlack({ rateLimits: false });
    await local.start();
    const env = {
      SLACK_BOT_TOKEN: local.botToken,
      SLACK_APP_TOKEN: local.appToken,
      SLACK_API_URL: local.apiUrl,
    };
    const config = loadConfig(env, { role: 'bot' });
    const { poster } = createSlackConnection({ config: config.slack, logger, clock: systemClock });
    announcer = createSlackAnnouncer(poster);
  });
  afterEach(() => local.stop());

  const texts = () => local.messages('#trading-releases').map(({ text }) => text);

  test.each([
    ['429', { api: { method: 'chat.postMessage', status: 429 as const, count: 2, retryAfterSecs: 1 } }],
    ['500', { api: { method: 'chat.postMessage', status: 500 as const, count: 2 } }],
    ['a lost reply', { apiLostReplies: { method: 'chat.postMessage', count: 1 } }],
    [
      '429 to an update',
      { api: { method: 'chat.update', status: 429 as const, count: 2, retryAfterSecs: 1 } },
    ],
    ['500 to an update', { api: { method: 'chat.update', status: 500 as const, count: 3 } }],
  ])('%s: the last state stands later, once', async (name, misbehaviour) => {
    if (name.endsWith('update')) await keeperOver(announcer).show(SUBJECT);
    local.misbehave(misbehaviour);
    await startReplica(announcer);
    await become('first');
    await become('last', false);
    await eventually('the last state', () => texts().includes('request: last'));
    expect(texts()).toEqual(['request: last']);
  });
});
