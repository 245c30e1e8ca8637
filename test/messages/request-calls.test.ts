import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLocalSlack } from '../../sandbox/slack/local-slack.js';
import { loadConfig } from '../../src/config/config.js';
import type { Announcer } from '../../src/messages/announcer.js';
import type { MessageKeeper } from '../../src/messages/message-keeper.js';
import { createSlackConnection } from '../../src/slack/connection.js';
import { createSlackAnnouncer } from '../../src/slack/slack-announcer.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { prepareWorkerSchema, WORKER_SCHEMA } from '../../src/worker/worker-schema.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  type ReleaseWorld,
  requestAsAlice,
} from '../release/support/release-world.js';
import { createRememberingSlack, createTestKeeper, type RememberingSlack } from '../support/keeping.js';

let world: ReleaseWorld;
let slack: RememberingSlack;
let keeper: MessageKeeper;
let request: Awaited<ReturnType<typeof requestAsAlice>>;

beforeEach(async () => {
  world = await createReleaseWorld();
  await prepareWorkerSchema(world.database, { always: true });
  slack = createRememberingSlack();
  keeper = keeperOver(slack);
  request = await requestAsAlice(world);
});
afterEach(() => world.end());

const keeperOver = (announcer: Announcer) =>
  createTestKeeper({ pool: world.database.pool, announcer, releases: world.context, now: world.context.now });

const show = (by = keeper) => by.show(`request:${request.requestId}`);
/** Any number of times, as jobs come. */
const showOften = async () => {
  for (let time = 0; time < 3; time += 1) await show();
};
const later = (minutes: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + minutes * 60_000);
};
const approve = async (...people: (typeof BOB)[]) => {
  for (const person of people)
    expect(
      await world.service.approve({ requestId: request.requestId, digest: request.digest, person }),
    ).toMatchObject({ kind: 'done' });
};
/** The replies, oldest first; all stand in the thread of the request's message. */
const replies = () => {
  const [[root] = []] = [...slack.standing];
  const others = [...slack.standing.values()].slice(1);
  expect(others.map(({ threadTs }) => threadTs)).toEqual(others.map(() => root));
  return others.map(({ report }) => ({ text: report.text, blocks: JSON.stringify(report.blocks) }));
};
const texts = () => replies().map(({ text }) => text);

test('the approvers are called when a release is asked for, and once more before its time runs out', async () => {
  await showOften();
  expect(texts()).toEqual([
    expect.stringMatching(/^<!subteam\^S0TRADING> <!subteam\^S0RISK>: <@U0ALICE> asks for your approval/),
  ]);
  expect(replies()[0]?.blocks).toContain('<!subteam^S0TRADING>');
  await approve(BOB);
  later(49);
  await showOften();
  expect(texts()).toHaveLength(1);
  later(1);
  await showOften();
  // Whose place is filled is left alone.
  expect(texts().slice(1)).toEqual([expect.stringMatching(/^<!subteam\^S0TRADING>: .* expires /)]);
});

test('the last call has a durable job at its moment of the database’s clock', async () => {
  await show();
  const jobs = async () =>
    (await world.database.pool.query(`SELECT key, run_at AS "runAt" FROM ${WORKER_SCHEMA}.jobs ORDER BY key`))
      .rows;
  expect(await jobs()).toEqual([
    // The moment lies in the past of this database's real clock.
    { key: `expiry request:${request.requestId}`, runAt: expect.any(Date) },
  ]);
  await world.database.pool.query(`DELETE FROM ${WORKER_SCHEMA}._private_jobs`);
  later(51);
  await show();
  expect(await jobs()).toEqual([]);
});

test('who asked is called when the quorum is reached, with the button; it goes when the request ends', async () => {
  await show();
  await approve(BOB, CAROL);
  await showOften();
  expect(texts()[1]).toMatch(/^<@U0ALICE>: the release to \*live\* is approved\. Start it before /);
  expect(replies()[1]?.blocks).toContain('"action_id":"deploy:start"');
  expect(replies()[0]?.blocks).toContain('Since then: ✅ approved');
  later(5);
  await showOften();
  expect(texts()[2]).toMatch(/^<@U0ALICE>: the approved release to \*live\* has not been started/);
  later(10);
  await world.service.approve({ requestId: request.requestId, digest: request.digest, person: BOB });
  await showOften();
  expect(texts()).toHaveLength(4);
  expect(texts()[3]).toMatch(
    /^<@U0ALICE>: your request for \*live\*\. Expired .*: approved, but nobody started/,
  );
  for (const { blocks } of replies()) expect(blocks).not.toContain('action_id');
});

test('a quorum that is lost calls the approvers again, and one that is reached anew its requester', async () => {
  await approve(BOB, CAROL);
  await show();
  await world.service.takeBack({ requestId: request.requestId, person: CAROL });
  await showOften();
  later(1);
  await approve(CAROL);
  await showOften();
  expect(texts()).toEqual([
    expect.stringMatching(/^<@U0ALICE>: the release .* is approved/),
    expect.stringMatching(/: <@U0ALICE> asks/),
    expect.stringMatching(/^<@U0ALICE>: the release .* is approved/),
  ]);
  expect(replies().map(({ blocks }) => blocks.includes('deploy:start'))).toEqual([false, false, true]);
});

test.each<[string, () => Promise<unknown>, RegExp | undefined]>([
  [
    'a rejection',
    () => world.service.reject({ requestId: request.requestId, person: BOB, reason: 'not today' }),
    /^<@U0ALICE>: your request for \*live\*\. Rejected by <@U0BOB>/,
  ],
  [
    'an admin who withdraws it',
    () => world.service.withdraw({ requestId: request.requestId, person: CAROL }),
    /^<@U0ALICE>: your request for \*live\*\. Withdrawn by <@U0CAROL>/,
  ],
  [
    'the requester who withdraws it',
    () => world.service.withdraw({ requestId: request.requestId, person: ALICE }),
    undefined,
  ],
])('%s', async (_name, end, expected) => {
  await show();
  await end();
  await showOften();
  expect(texts().slice(1)).toEqual(expected === undefined ? [] : [expect.stringMatching(expected)]);
});

test('nobody is called twice where an answer was lost, or a replica was killed on the way', async () => {
  const losing: Announcer = {
    ...slack,
    async post(...what) {
      await slack.post(...what);
      throw new Error('connection reset');
    },
  };
  // The request's own message first, then the call.
  for (let time = 0; time < 2; time += 1) await expect(show(keeperOver(losing))).rejects.toThrow('reset');
  await showOften();
  expect(texts()).toHaveLength(1);

  await approve(BOB, CAROL);
  await expect(show(keeperOver(losing))).rejects.toThrow('reset');
  expect(texts()).toHaveLength(2);
  // It ends before anybody could note where the reply stands: its button goes all the same.
  await world.service.reject({ requestId: request.requestId, person: BOB, reason: 'no' });
  await showOften();
  expect(texts()).toHaveLength(3);
  for (const { blocks } of replies()) expect(blocks).not.toContain('action_id');
});

test('the same over the Web API: a reply is found in its thread by its key', async () => {
  const local = createLocalSlack({ rateLimits: false });
  await local.start();
  try {
    const env = {
      SLACK_BOT_TOKEN: local.botToken,
      SLACK_APP_TOKEN: local.appToken,
      SLACK_API_URL: local.apiUrl,
    };
    const { slack: config } = loadConfig(env, { role: 'bot' });
    const logger = createLogger({ level: 'silent', to: 'stderr' });
    const { poster } = createSlackConnection({ config, logger, clock: systemClock });
    const [one, other] = [1, 2].map(() => keeperOver(createSlackAnnouncer(poster)));
    local.misbehave({ apiLostReplies: { method: 'chat.postMessage', count: 2 } });
    for (let time = 0; time < 4; time += 1) await Promise.allSettled([show(one), show(other)]);
    const standing = local.messages('#trading-releases');
    expect(standing.map(({ threadTs }) => threadTs)).toEqual([undefined, standing[0]?.ts]);
    expect(standing[1]?.text).toContain('asks for your approval');
  } finally {
    await local.stop();
  }
});

test('two replicas at once call nobody twice', async () => {
  const other = keeperOver(slack);
  for (let time = 0; time < 5; time += 1) await Promise.allSettled([show(), show(other), show()]);
  await show();
  expect(texts()).toHaveLength(1);
});

test('a call that somebody deleted is not made again', async () => {
  await show();
  const [[root] = []] = [...slack.standing];
  for (const ts of slack.standing.keys()) if (ts !== root) slack.standing.delete(ts);
  await showOften();
  expect(texts()).toEqual([]);
});

test('what was over before anybody could be called is told once, by its end', async () => {
  await world.service.reject({ requestId: request.requestId, person: BOB, reason: 'no' });
  await showOften();
  expect(texts()).toEqual([expect.stringContaining('Rejected by <@U0BOB>')]);
});

test('what ended long ago, e.g. before an upgrade, calls nobody', async () => {
  await world.service.reject({ requestId: request.requestId, person: BOB, reason: 'no' });
  later(25 * 60);
  await showOften();
  expect(texts()).toEqual([]);
});

test('who approved what has become worse is called again', async () => {
  await approve(BOB);
  await show();
  later(11);
  const { pool } = world.database;
  await pool.query(`UPDATE lobml.release_requests SET digest = 'another'`);
  await showOften();
  expect(texts().slice(1)).toEqual([
    expect.stringMatching(/^<@U0BOB>: the checks for \*live\* ran again and some became worse/),
  ]);
});
