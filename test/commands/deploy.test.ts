import { appendFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { deploy } from '../../commands/deploy.js';
import type { DeployServices } from '../../commands/deploy-services.js';
import { parseDeployWords } from '../../commands/deploy-words.js';
import { lock, unlock } from '../../commands/lock.js';
import { createLocalSlack, type LocalSlack } from '../../sandbox/slack/local-slack.js';
import { loadConfig } from '../../src/config/config.js';
import type { Conversation } from '../../src/conversation/subcommand.js';
import type { Block, Report } from '../../src/domain/report.js';
import type { MessageKeeper } from '../../src/messages/message-keeper.js';
import type { Subject } from '../../src/messages/subject.js';
import { createReleaseAnswers } from '../../src/release/engine/release-answers.js';
import { createSlackApp, type SlackApp } from '../../src/slack/app.js';
import { createSlackConnection } from '../../src/slack/connection.js';
import type { Poster } from '../../src/slack/poster.js';
import { createSlackAnnouncer } from '../../src/slack/slack-announcer.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { systemClock } from '../../src/time/clock.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { deployProgressView } from '../../views/deploy-progress.js';
import { say } from '../../views/sentence.js';
import { askToBreakGlass } from '../release/support/break-glass.js';
import { createReleaseWorld, type ReleaseWorld } from '../release/support/release-world.js';
import { inWords } from '../support/in-words.js';
import { createTestKeeper } from '../support/keeping.js';

const CHANNEL = '#trading-releases';
let slack: LocalSlack;
let app: SlackApp;
let world: ReleaseWorld;
let poster: Poster;
let show: MessageKeeper['show'];

let homeChanges: number;

beforeEach(async () => {
  slack = createLocalSlack({ rateLimits: false });
  await slack.start();
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    PORT: '0',
  };
  const config = loadConfig(env, { role: 'bot' });
  const logger = createLogger({ level: 'fatal', to: { write: () => undefined } });
  const clock = systemClock;
  const connection = createSlackConnection({ config: config.slack, logger, clock });
  poster = connection.poster;
  world = await createReleaseWorld(connection.directory);
  await prepareWorkerSchema(world.database, { always: true });
  ({ show } = createTestKeeper({
    pool: world.database.pool,
    announcer: createSlackAnnouncer(connection.poster),
    releases: world.context,
  }));
  const { sources, targets, access, now } = world.context;
  const answers = createReleaseAnswers(world.context);
  const all = { targets: targets.targets, defaultTarget: 'live' } as DeployServices['targets'];
  homeChanges = 0;
  const homeChanged = () => {
    homeChanges += 1;
  };
  app = createSlackApp<DeployServices>({
    config,
    connection,
    subcommands: [deploy, lock, unlock],
    services: {
      ...{ runbook: sources.runbook, targets: all, releases: world.service, answers, access, now },
      homeChanged,
    },
    say,
    onUnknown: async () => undefined,
    claimDelivery: async () => true,
    dependencies: {},
    logger,
    metrics: createMetrics(),
    clock,
  });
  await app.start();
});

afterEach(async () => {
  await app.stop();
  await slack.stop();
  await world.end();
});

const shown = (user: string) => JSON.stringify(slack.modals(user).at(-1)?.blocks ?? '');
const modalShows = (user: string, text: string) => slack.waitFor(() => shown(user).includes(text));
const whisperTo = (user: string, text: string) =>
  slack.waitFor(() =>
    slack.messages(CHANNEL, user).find((one) => one.ephemeralFor && one.text.includes(text)),
  );

/** What the queue's job does, for every request that asked for it. */
async function announceAll(): Promise<void> {
  const ids = new Set(world.queued.splice(0).flatMap(({ what, id }) => (what === 'changed' ? [id] : [])));
  for (const id of ids) await show(id as Subject);
}

const request = () => {
  const found = slack.messages(CHANNEL).find((one) => one.text.includes('Release request'));
  if (found === undefined) throw new Error('there is no request');
  return found;
};
const copyOf = (ts: string) => {
  const found = slack.messages('#trading-incidents').find((one) => one.ts === ts);
  if (found === undefined) throw new Error('there is no copy');
  return found;
};
const hasButtons = (message: { blocks: unknown }) =>
  /"(button|overflow)"/.test(JSON.stringify(message.blocks));

async function requestAsAlice(): Promise<string> {
  await slack.runCommand('alice', CHANNEL, '/lobml deploy live');
  await modalShows('alice', 'next.onnx');
  await slack.submitModal('alice', { reason: 'better model' });
  await modalShows('alice', 'checks of the planned state pass');
  await slack.submitModal('alice');
  await modalShows('alice', 'The request stands');
  await announceAll();
  return world.events.find(({ kind }) => kind === 'release.requested')?.details.requestId as string;
}

describe('from the form to the start', () => {
  test('form, plan, request, two approvals, start; then nothing can be clicked', async () => {
    await requestAsAlice();
    expect(slack.messages(CHANNEL).map(({ threadTs }) => threadTs)).toEqual([undefined, request().ts]);
    await slack.click('bob', request(), 'deploy:approve');
    await slack.waitFor(() => world.events.some(({ kind }) => kind === 'release.approved'));
    await announceAll();
    expect(JSON.stringify(request().blocks)).toMatch(/Approvals 1 of 2.*<@U0BOB>/);
    await slack.click('carol', request(), 'deploy:approve');
    await slack.waitFor(() => world.events.some(({ kind }) => kind === 'release.quorum_reached'));
    await announceAll();
    expect(JSON.stringify(request().blocks)).toContain('Start deploy');
    await slack.click('alice', request(), 'deploy:start');
    await slack.waitFor(() => world.events.some(({ kind }) => kind === 'release.started'));
    await announceAll();
    expect(hasButtons(request())).toBe(false);
    expect(request().text).toContain('is being carried out');
  });

  test('a value is judged while it is typed, and again when the form is sent', async () => {
    await slack.runCommand('alice', CHANNEL, '/lobml deploy live');
    await modalShows('alice', 'next.onnx');
    const option = { text: { type: 'plain_text', text: 'EV_EXIT_BUFFER' }, value: 'EV_EXIT_BUFFER' };
    await slack.submitModal('alice', {
      reason: 'r',
      variables: { 'deploy:redraw': { type: 'multi_static_select', selected_options: [option] } },
    });
    await slack.waitFor(() => Object.keys(slack.modals('alice').at(-1)?.errors ?? {}).length > 0);
    expect(JSON.stringify(slack.modals('alice').at(-1)?.errors)).toContain('EV_EXIT_BUFFER');
  });

  test('before the review of a broken glass an admin can break it again, and nobody can ask for approvals', async () => {
    const admin = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
    await world.service.breakGlass(await askToBreakGlass(world, admin));
    await world.database.pool.query(`UPDATE lobml.release_requests SET state = 'executed'`);
    await world.database.pool.query(`UPDATE lobml.releases SET state = 'confirmed'`);
    await slack.runCommand('alice', CHANNEL, '/lobml deploy live');
    await modalShows('alice', 'no second person has reviewed it');
    expect(slack.modals('alice').at(-1)?.submit).toBeUndefined();

    await slack.runCommand('carol', CHANNEL, '/lobml deploy live');
    await modalShows('carol', 'next.onnx');
    await slack.submitModal('carol', { reason: 'the second emergency' });
    await modalShows('carol', 'no second person has reviewed it');
    expect(slack.modals('carol').at(-1)?.submit).toBeUndefined();
  });

  test('an operator asks in the place of a request that waits, from the refusal on', async () => {
    const requestId = await requestAsAlice();
    await slack.runCommand('alice', CHANNEL, '/lobml deploy live');
    await modalShows('alice', 'let an operator supersede it');
    expect(shown('alice')).not.toContain('deploy:supersede');
    await slack.runCommand('carol', CHANNEL, '/lobml deploy live');
    await modalShows('carol', 'deploy:supersede');
    await slack.click('carol', 'modal', 'deploy:supersede');
    await modalShows('carol', 'takes the place of the one by alice');
    await slack.submitModal('carol', { reason: 'the market has turned' });
    await modalShows('carol', 'checks of the planned state pass');
    await slack.submitModal('carol');
    await modalShows('carol', 'The request stands');
    await show(`request:${requestId}`);
    const old = slack
      .messages(CHANNEL)
      .find(({ blocks }) => JSON.stringify(blocks).includes('Superseded by'));
    expect(JSON.stringify(old?.blocks)).toMatch(/<@U0CAROL>.*the market has turned/);
    expect(old && hasButtons(old)).toBe(false);
    const told = slack.messages(CHANNEL).find(({ threadTs }) => threadTs === old?.ts);
    expect(slack.messages(CHANNEL).filter(({ text }) => text.includes('your request for')).length).toBe(1);
    expect(told).toBeDefined();
  });

  test('somebody without the role is told who can, instead of a form', async () => {
    await slack.runCommand('dave', CHANNEL, '/lobml deploy live');
    await modalShows('dave', '<@U0ALICE>');
    expect(slack.modals('dave').at(-1)?.submit).toBeUndefined();
  });
});

describe('every end takes the buttons off every copy, and names who and why', () => {
  const ends: [string, (requestId: string) => Promise<unknown>, RegExp][] = [
    [
      'rejected',
      async () => {
        await slack.click('bob', request(), 'deploy:reject');
        await modalShows('bob', 'Why not');
        await slack.submitModal('bob', { reason: 'the market is thin' });
      },
      /Rejected by <@U0BOB>.*the market is thin/,
    ],
    [
      'withdrawn',
      (requestId) => slack.click('alice', request(), 'deploy:more', `deploy:withdraw ${requestId}`),
      /Withdrawn by <@U0ALICE>/,
    ],
    [
      'expired',
      async (requestId) => {
        world.clock.now = new Date(world.clock.now.getTime() + 3_600_000);
        await world.service.expire(requestId);
      },
      /Expired/,
    ],
    [
      'invalidated',
      async () => {
        await appendFile(world.path('staging', 'next.onnx'), 'x');
        await slack.click('bob', request(), 'deploy:approve');
        await whisperTo('bob', 'next.onnx is another file');
      },
      /The model next.onnx is another file now/,
    ],
  ];

  test.each(ends)('%s', async (state, end, said) => {
    const requestId = await requestAsAlice();
    const copy = await poster.post(
      { channel: 'C0INCIDENTS' },
      { text: 'copy', blocks: request().blocks as Block[] },
    );
    await world.database.pool.query(
      `INSERT INTO lobml.messages (key, subject, channel, ts, reserved_at)
       SELECT 'copy', subject, 'C0INCIDENTS', $1, reserved_at FROM lobml.messages WHERE role = 'request'`,
      [copy.ts],
    );
    expect(hasButtons(copyOf(copy.ts))).toBe(true);
    await end(requestId);
    await slack.waitFor(() => world.events.some(({ kind }) => kind === `release.${state}`));
    await announceAll();
    expect(hasButtons(request())).toBe(false);
    expect(hasButtons(copyOf(copy.ts))).toBe(false);
    for (const one of [request(), copyOf(copy.ts)]) expect(JSON.stringify(one.blocks)).toMatch(said);
  });

  test('announcing twice posts once', async () => {
    const requestId = await requestAsAlice();
    await Promise.all([show(`request:${requestId}`), show(`request:${requestId}`)]);
    // The request, and the reply that calls its approvers.
    expect(slack.messages(CHANNEL)).toHaveLength(2);
  });
});

describe('a release that lacks only data at its end', () => {
  /** What the engine leaves behind when its last checks found too little. */
  async function waitingRelease(): Promise<string> {
    const requestId = await requestAsAlice();
    const happened = (wanted: string) =>
      slack.waitFor(() => world.events.some(({ kind }) => kind === wanted)).then(announceAll);
    await slack.click('bob', request(), 'deploy:approve');
    await happened('release.approved');
    await slack.click('carol', request(), 'deploy:approve');
    await happened('release.quorum_reached');
    await slack.click('alice', request(), 'deploy:start');
    await happened('release.started');
    const { pool } = world.database;
    const { rows } = await pool.query<{ id: string }>(
      `UPDATE lobml.releases SET state = 'watching' WHERE request_id = $1 RETURNING release_id AS id`,
      [requestId],
    );
    const releaseId = rows[0]?.id ?? '';
    const says = [{ en: '0 entries; at least 1 is needed.', 'zh-CN': '至少 1 笔。' }];
    const title = { en: 'Activity', 'zh-CN': '活动' };
    const lacking = [
      { id: 'a', section: '4.1', title, outcome: 'INCONCLUSIVE', reason: { code: 'no_data' }, says },
    ];
    await pool.query(
      `UPDATE lobml.release_steps SET attempts = 1, finished_at = now(),
         state = CASE WHEN position < (SELECT max(position) FROM lobml.release_steps WHERE kind = 'checkpoint')
                      THEN 'done' ELSE 'pending' END,
         after = CASE WHEN kind = 'checkpoint' THEN $1::json END`,
      [JSON.stringify({ verdict: 'HOLD', lacking })],
    );
    return releaseId;
  }

  const confirmation = async () => {
    const { rows } = await world.database.pool.query('SELECT confirmation FROM lobml.releases');
    return rows[0]?.confirmation;
  };

  test('its button opens a form with what lacks; an approver’s reason is noted, and the release goes on', async () => {
    const releaseId = await waitingRelease();
    const release = await world.service.toConfirm('live');
    if (release === undefined) throw new Error('nothing waits');
    await poster.post({ channel: 'C0RELEASES' }, deployProgressView(release, 'en'));
    const message = () => slack.messages(CHANNEL).at(-1);
    await slack.click('alice', message() ?? request(), 'deploy:confirm');
    await modalShows('alice', 'at least 1 is needed');
    await slack.submitModal('alice', { reason: 'mine' });
    await modalShows('alice', 'You asked for this release');
    expect(await confirmation()).toBeNull();
    await slack.click('bob', message() ?? request(), 'deploy:confirm');
    await modalShows('bob', 'at least 1 is needed');
    await slack.submitModal('bob', { reason: 'a holiday' });
    await slack.waitFor(() => world.queued.some(({ what, id }) => what === 'wake' && id === releaseId));
    expect(await confirmation()).toMatchObject({ by: { id: 'U0BOB' }, reason: 'a holiday' });
  });

  test('in a terminal it shows what is waited for, and confirms nothing', async () => {
    await waitingRelease();
    const told: string[] = [];
    const tell = async ({ text, blocks }: Report) => void told.push(text, JSON.stringify(blocks));
    const conversation = {
      person: { id: 'bob', name: 'bob', surface: 'terminal' },
      locale: 'en',
      channel: '',
      post: async () => ({ ref: undefined, update: () => undefined, finish: tell }),
      whisper: tell,
    } satisfies Conversation;
    const { targets } = world.context.targets;
    const services = { targets: { targets, defaultTarget: 'live' }, releases: world.service };
    const words = ['live', '--confirm', '--reason', 'quiet'];
    const result = await deploy.run(words, conversation, services as unknown as DeployServices);
    expect(result).toMatchObject({ exitCode: 1, json: { refusals: [{ code: 'only_in_slack' }] } });
    expect(told.join('\n')).toContain('at least 1 is needed');
    expect(await confirmation()).toBeNull();
  });

  test('typed, the same form opens', async () => {
    await slack.runCommand('bob', CHANNEL, '/lobml deploy live --confirm');
    await modalShows('bob', 'No release waits for a confirmation');
    await waitingRelease();
    await slack.runCommand('bob', CHANNEL, '/lobml deploy live --confirm');
    await modalShows('bob', 'at least 1 is needed');
  });
});

test('lock and unlock from a channel', async () => {
  await slack.runCommand('carol', CHANNEL, '/lobml lock live "audit day"');
  await slack.waitFor(() => slack.messages(CHANNEL).some(({ text }) => text.includes('locked by U0CAROL')));
  expect(homeChanges).toBe(1);
  await slack.runCommand('alice', CHANNEL, '/lobml deploy live');
  await modalShows('alice', 'audit day');
  await slack.runCommand('carol', CHANNEL, '/lobml unlock live');
  await slack.waitFor(() => slack.messages(CHANNEL).some(({ text }) => text.includes('unlocked')));
  await slack.waitFor(() => homeChanges === 2);
});

describe('the words of a terminal', () => {
  test('all of them', () => {
    const line =
      'live --model m.onnx --model-version v2 --binary=ploy --set A=1 --set B=x=y --reason why --plan --acknowledge drift --supersede';
    expect(parseDeployWords(line.split(' '))).toEqual({
      targetWords: ['live'],
      planOnly: true,
      acknowledged: ['drift'],
      supersedes: true,
      wish: {
        model: 'm.onnx',
        modelVersion: 'v2',
        binary: 'ploy',
        settings: { A: '1', B: 'x=y' },
        reason: 'why',
      },
    });
  });

  test.each([
    ['--modle x', 'Did you mean `--model`?'],
    ['--model', '`--model` needs a value.'],
    ['--reason a --reason b', '`--reason` stands twice'],
    ['--set A', '`A` is no KEY=VALUE'],
    ['--set A=1 --set A=2', '`--set A` stands twice'],
  ])('%s', async (line, sentence) => {
    await expect(inWords(() => parseDeployWords(line.split(' ')))).rejects.toThrow(sentence);
  });
});
