import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDirectory } from '../../src/slack/identity.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { createFakeClock } from '../slack/support/fake-clock.js';
import {
  BOB,
  CAROL,
  createReleaseWorld,
  type ReleaseWorld,
  requestAsAlice,
} from './support/release-world.js';

const GROUPS: Readonly<Record<string, readonly string[]>> = { S0TRADING: ['U0CAROL'], S0RISK: ['U0BOB'] };
const clock = createFakeClock();
let world: ReleaseWorld;
/** What Slack says of bob beside his name. */
let bob: object;

type SlackClient = Parameters<typeof createDirectory>[0]['client'];
const SLACK = {
  auth: { test: async () => ({ ok: true, team_id: 'T0OURS' }) },
  users: {
    info: async ({ user }: { user: string }) => {
      clock.advance(60_000);
      const about = user === 'U0BOB' ? bob : { team_id: 'T0OURS' };
      return { ok: true, user: { id: user, name: user, ...about } };
    },
  },
  usergroups: {
    users: {
      list: async ({ usergroup }: { usergroup: string }) => ({
        ok: true,
        users: [...(GROUPS[usergroup] ?? [])],
      }),
    },
  },
};
/** People as the real directory reads them from Slack's answers; time passes between any two questions. */
const directoryOver = (client: unknown) =>
  createDirectory({
    client: client as SlackClient,
    clock,
    logger: createLogger({ level: 'silent', to: 'stderr' }),
  });

beforeEach(async () => {
  bob = { team_id: 'T0OURS' };
  world = await createReleaseWorld(directoryOver(SLACK));
});
afterEach(() => world.end());

const approve = async (person: typeof BOB) => {
  const request = await world.service.live('live');
  return world.service.approve({
    requestId: request?.requestId ?? '',
    digest: request?.digest ?? '',
    person,
  });
};

test.each([
  ['of another workspace', { team_id: 'T0OTHER' }],
  ['of a workspace that Slack does not tell', {}],
  [
    'of another workspace of the same organisation',
    { team_id: 'T0OTHER', enterprise_user: { teams: ['T0OTHER'] } },
  ],
])('a person %s is no approver', async (_whose, about) => {
  await requestAsAlice(world);
  bob = about;
  expect(await approve(BOB)).toMatchObject({ refusal: { code: 'not_active_member' } });
});

test('a member of this workspace of an organisation is one', async () => {
  await requestAsAlice(world);
  bob = { team_id: 'E0ORG', enterprise_user: { teams: ['T0OTHER', 'T0OURS'] } };
  expect(await approve(BOB)).toMatchObject({ kind: 'done' });
});

test('who belongs to another workspace by the time of the start counts no longer', async () => {
  const { requestId, digest } = await requestAsAlice(world);
  for (const person of [BOB, CAROL]) await approve(person);
  bob = { team_id: 'T0OTHER' };
  expect(await world.service.start({ requestId, digest, person: CAROL })).toMatchObject({
    refusal: { code: 'quorum_not_reached' },
  });
  expect((await world.service.view(requestId))?.request.state).toBe('open');
});

test('while Slack does not tell which workspace this is nobody approves', async () => {
  const away = { ...SLACK, auth: { test: () => Promise.reject(new Error('Slack is away')) } };
  await expect(directoryOver(away).isActiveMember('U0BOB')).rejects.toMatchObject({
    code: 'directory_away',
  });
});
