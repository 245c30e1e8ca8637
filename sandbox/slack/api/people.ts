import type { JsonObject } from '../block-kit/rule.js';
import type { Core } from '../core.js';
import { apiMember, apiUserGroup } from './api-shapes.js';
import type { Arguments } from './arguments.js';
import { type Methods, TIER } from './method.js';
import { pageOf } from './pages.js';
import { SlackError } from './slack-error.js';

function authTest(_args: Arguments, core: Core): JsonObject {
  const { team, app } = core.workspace;
  return {
    url: `${core.origin()}/`,
    team: team.name,
    team_id: team.id,
    user: app.name,
    user_id: app.botUserId,
    bot_id: app.botId,
    is_enterprise_install: false,
  };
}

function openConnection(_args: Arguments, core: Core): JsonObject {
  return { url: `${core.origin().replace('http', 'ws')}${core.issueSocketPath()}` };
}

function botsInfo(args: Arguments, core: Core): JsonObject {
  const { app } = core.workspace;
  const id = args.text('bot');
  if (id !== undefined && id !== app.botId) throw new SlackError('bot_not_found');
  return { bot: { id: app.botId, app_id: app.id, user_id: app.botUserId, name: app.name, deleted: false } };
}

function usersInfo(args: Arguments, core: Core): JsonObject {
  const member = core.workspace.member(args.required('user'));
  if (!member) throw new SlackError('user_not_found');
  return { user: apiMember(core.workspace, member, args.flag('include_locale')) };
}

function usersList(args: Arguments, core: Core): JsonObject {
  const { items, next } = pageOf(args, core.workspace.members, 1000);
  const members = items.map((member) => apiMember(core.workspace, member, args.flag('include_locale')));
  return { members, ...next };
}

function userGroupsList(args: Arguments, core: Core): JsonObject {
  const { workspace } = core;
  const withUsers = args.flag('include_users');
  return { usergroups: workspace.userGroups.map((group) => apiUserGroup(workspace, group, withUsers)) };
}

function userGroupUsers(args: Arguments, core: Core): JsonObject {
  const id = args.required('usergroup');
  const group = core.workspace.userGroups.find((one) => one.id === id);
  if (!group) throw new SlackError('no_such_subteam');
  return { users: [...group.members] };
}

export const peopleMethods: Methods = {
  'auth.test': { token: 'either', run: authTest },
  'apps.connections.open': { token: 'app', run: openConnection },
  'bots.info': { token: 'bot', scope: 'users:read', limit: TIER.three, run: botsInfo },
  'users.info': { token: 'bot', scope: 'users:read', limit: TIER.four, run: usersInfo },
  'users.list': { token: 'bot', scope: 'users:read', limit: TIER.two, run: usersList },
  'usergroups.list': { token: 'bot', scope: 'usergroups:read', limit: TIER.two, run: userGroupsList },
  'usergroups.users.list': { token: 'bot', scope: 'usergroups:read', limit: TIER.two, run: userGroupUsers },
};
