import type { JsonObject } from '../block-kit/rule.js';
import type { Channel, Member, Message, UserGroup, View } from '../model.js';
import type { Workspace } from '../workspace.js';

/** The workspace's objects as the Web API and the payloads show them. */

export function apiMessage(workspace: Workspace, message: Message, withMetadata = true): JsonObject {
  const { app, team } = workspace;
  const edited = { edited: { user: message.user, ts: message.editedTs } };
  const author = message.fromApp ? { bot_id: app.botId, app_id: app.id } : {};
  return {
    type: 'message',
    user: message.user,
    ...author,
    ts: message.ts,
    team: team.id,
    text: message.text,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    ...(message.editedTs === undefined ? {} : edited),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
  };
}

export function apiMember(workspace: Workspace, member: Member, withLocale: boolean): JsonObject {
  const deactivated = member.deactivated === true;
  const status = {
    is_admin: false,
    is_owner: false,
    is_restricted: member.guest !== undefined,
    is_ultra_restricted: member.guest === 'ultra_restricted',
    is_bot: member.bot === true,
    is_app_user: false,
    tz: 'Europe/London',
    tz_label: 'Greenwich Mean Time',
    tz_offset: 0,
  };
  return {
    id: member.id,
    team_id: member.teamId ?? workspace.team.id,
    name: member.name,
    deleted: deactivated,
    real_name: member.realName,
    profile: { real_name: member.realName, display_name: member.name },
    ...(deactivated ? { is_bot: member.bot === true } : status),
    ...(withLocale && !deactivated ? { locale: member.locale ?? 'en-US' } : {}),
  };
}

export function apiChannel(channel: Channel): JsonObject {
  if (channel.im !== undefined) return { id: channel.id, is_im: true, user: channel.im, is_open: true };
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: true,
    is_im: false,
    is_private: false,
    is_archived: false,
    is_member: channel.appIsMember,
  };
}

export function apiUserGroup(workspace: Workspace, group: UserGroup, withUsers: boolean): JsonObject {
  return {
    id: group.id,
    team_id: workspace.team.id,
    is_usergroup: true,
    handle: group.handle,
    name: group.name,
    description: '',
    date_delete: 0,
    user_count: group.members.length,
    ...(withUsers ? { users: [...group.members] } : {}),
  };
}

export function apiView(workspace: Workspace, view: View): JsonObject {
  const { app, team } = workspace;
  const { content } = view;
  return {
    id: view.id,
    team_id: team.id,
    app_id: app.id,
    app_installed_team_id: team.id,
    bot_id: app.botId,
    type: view.type,
    blocks: content.blocks,
    private_metadata: content.private_metadata ?? '',
    callback_id: content.callback_id ?? '',
    external_id: content.external_id ?? '',
    state: { values: view.values },
    hash: view.hash,
    title: content.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
    submit: content.submit ?? null,
    close: content.close ?? null,
    clear_on_close: content.clear_on_close ?? false,
    notify_on_close: content.notify_on_close ?? false,
    root_view_id: view.rootId,
    previous_view_id: view.previousId ?? null,
  };
}
