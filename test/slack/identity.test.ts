import { expect, test } from '@jest/globals';
import { DEFAULT_SEED } from '../../sandbox/slack/seed.js';
import { loadConfig } from '../../src/config/config.js';
import { createSlackConnection } from '../../src/slack/connection.js';
import { createDirectory } from '../../src/slack/identity.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { createFakeClock } from './support/fake-clock.js';
import { startSlack } from './support/test-app.js';

const logger = createLogger({ level: 'silent', to: 'stderr' });

async function withDirectory(
  work: (parts: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const parts = await open();
  try {
    await work(parts);
  } finally {
    await parts.slack.stop();
  }
}

/** Somebody of another workspace, whom a shared channel lets in. */
const GRACE = { id: 'U0GRACE', name: 'grace', realName: 'Grace Gold', teamId: 'T0OTHER' };

async function open() {
  const slack = startSlack({ seed: { members: [...DEFAULT_SEED.members, GRACE] } });
  await slack.start();
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
  };
  const config = loadConfig(env, { role: 'bot' }).slack;
  const { clients } = createSlackConnection({ config, logger, clock: systemClock });
  const clock = createFakeClock();
  const asked = (method: string) => slack.calls.filter((call) => call.method === method).length;
  return { slack, clock, asked, directory: createDirectory({ client: clients.lookups, clock, logger }) };
}

test('bots, guests, people of another workspace, deactivated and unknown people are no active members', () =>
  withDirectory(async ({ directory }) => {
    const people = ['U0ALICE', 'U0ERIN', 'U0FRANK', 'U0OTHERBOT', 'U0GRACE', 'U0NOBODY'];
    const active = await Promise.all(people.map((id) => directory.isActiveMember(id)));
    expect(active).toEqual([true, false, false, false, false, false]);
    expect(await directory.person('U0CAROL')).toMatchObject({ locale: 'zh-CN' });
  }));

test('a group is remembered for 30 s, unless it is asked for fresh, and once for clicks of the same moment', () =>
  withDirectory(async ({ directory, asked, clock }) => {
    const members = () => directory.groupMembers('S0TRADING');
    expect(await members()).toEqual({ ids: ['U0ALICE', 'U0CAROL'], source: 'slack' });
    await members();
    expect(asked('usergroups.users.list')).toBe(1);
    const fresh = () => directory.groupMembers('S0TRADING', { fresh: true });
    clock.advance(2_000);
    await Promise.all([fresh(), fresh()]);
    await fresh();
    expect(asked('usergroups.users.list')).toBe(2);
    clock.advance(30_001);
    await members();
    expect(asked('usergroups.users.list')).toBe(3);
  }));

test('listed ids stand in for a group that Slack does not know; without them nobody is assumed', () =>
  withDirectory(async ({ directory, slack }) => {
    const listed = ['U0BOB'];
    expect(await directory.groupMembers('S0GONE', { listed })).toEqual({ ids: listed, source: 'listed' });
    await expect(directory.groupMembers('S0GONE')).rejects.toMatchObject({ code: 'directory_away' });
    slack.misbehave({ api: { method: '*', status: 500, count: 9 } });
    await expect(directory.isActiveMember('U0BOB')).rejects.toMatchObject({ code: 'directory_away' });
    // No answer says nothing about a group: bob may just have been removed from it.
    const silent = directory.groupMembers('S0TRADING', { fresh: true, listed });
    await expect(silent).rejects.toMatchObject({ code: 'directory_away' });
  }));

test('who is asked for afresh is looked up again, once for clicks of the same moment', () =>
  withDirectory(async ({ directory, asked, clock }) => {
    await directory.isActiveMember('U0BOB');
    clock.advance(60_000);
    await directory.isActiveMember('U0BOB');
    expect(asked('users.info')).toBe(1);
    await Promise.all([1, 2, 3].map(() => directory.isActiveMember('U0BOB', { fresh: true })));
    expect(asked('users.info')).toBe(2);
  }));
