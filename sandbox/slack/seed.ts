import type { Seed } from './model.js';

/**
 * The workspace of the sandbox: four people in different roles, three channels, three user groups.
 * The app is in both trading channels and not in `#random`, where Slack lets it answer only by response_url.
 */
export const DEFAULT_SEED: Seed = {
  team: { id: 'T0SANDBOX', domain: 'sandbox', name: 'Sandbox Trading' },
  app: { id: 'A0LOBML', botId: 'B0LOBML', botUserId: 'U0LOBMLBOT', name: 'lobml' },
  members: [
    { id: 'U0ALICE', name: 'alice', realName: 'Alice Anders', role: 'requester', locale: 'en-US' },
    { id: 'U0BOB', name: 'bob', realName: 'Bob Berg', role: 'approver, risk', locale: 'en-GB' },
    {
      id: 'U0CAROL',
      name: 'carol',
      realName: 'Carol Chen',
      role: 'operator and approver, trading',
      locale: 'zh-CN',
    },
    { id: 'U0DAVE', name: 'dave', realName: 'Dave Dorn', role: 'viewer', locale: 'en-US' },
    { id: 'U0ERIN', name: 'erin', realName: 'Erin Engel', deactivated: true },
    { id: 'U0FRANK', name: 'frank', realName: 'Frank Fischer', guest: 'restricted' },
    { id: 'U0OTHERBOT', name: 'otherbot', realName: 'Other Bot', bot: true },
  ],
  channels: [
    { id: 'C0RELEASES', name: 'trading-releases', appIsMember: true },
    { id: 'C0INCIDENTS', name: 'trading-incidents', appIsMember: true },
    { id: 'C0RANDOM', name: 'random', appIsMember: false },
  ],
  userGroups: [
    { id: 'S0TRADING', handle: 'trading', name: 'Trading', members: ['U0ALICE', 'U0CAROL'] },
    { id: 'S0RISK', handle: 'risk', name: 'Risk', members: ['U0BOB'] },
    { id: 'S0OPS', handle: 'ops', name: 'Operations', members: ['U0CAROL'] },
  ],
};

/** The scopes that the app's manifest asks for, unless told otherwise. */
export const DEFAULT_SCOPES: readonly string[] = [
  'app_mentions:read',
  'channels:history',
  'chat:write',
  'commands',
  'groups:history',
  'usergroups:read',
  'users:read',
];
