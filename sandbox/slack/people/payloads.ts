import { apiMessage, apiView } from '../api/api-shapes.js';
import type { JsonObject } from '../block-kit/rule.js';
import type { Core } from '../core.js';
import { slackId } from '../ids.js';
import type { Channel, Member, Message, StateValues, View } from '../model.js';

/** The payloads that Slack sends, field by field as in the types of @slack/bolt. */

/** Long deprecated, but still in every payload. */
const VERIFICATION_TOKEN = 'sandbox-verification-token';

function common(core: Core, person: Member): JsonObject {
  const { team, app } = core.workspace;
  return {
    team: { id: team.id, domain: team.domain },
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId ?? team.id },
    api_app_id: app.id,
    token: VERIFICATION_TOKEN,
    enterprise: null,
    is_enterprise_install: false,
  };
}

function responseUrl(core: Core, person: Member, channel: Channel, original?: Message): string {
  const target = { channel: channel.id, user: person.id };
  const path = core.responseUrls.issue(
    original ? { ...target, original: { channel: original.channel, ts: original.ts } } : target,
  );
  return `${core.origin()}${path}`;
}

export function commandPayload(
  core: Core,
  person: Member,
  channel: Channel,
  command: string,
  text: string,
): JsonObject {
  const { team, app } = core.workspace;
  return {
    token: VERIFICATION_TOKEN,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: person.id,
    user_name: person.name,
    command,
    text,
    api_app_id: app.id,
    is_enterprise_install: 'false',
    response_url: responseUrl(core, person, channel),
    trigger_id: core.triggers.issue(person.id),
  };
}

/** A click in a message. Of a message that only one person sees, Slack sends no content. */
export function messageActionPayload(
  core: Core,
  person: Member,
  message: Message,
  channel: Channel,
  action: JsonObject,
  values: StateValues,
): JsonObject {
  const ephemeral = message.ephemeralFor !== undefined;
  const thread = message.threadTs === undefined ? {} : { thread_ts: message.threadTs };
  return {
    type: 'block_actions',
    ...common(core, person),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...thread,
    },
    trigger_id: core.triggers.issue(person.id),
    channel: { id: channel.id, name: channel.name },
    ...(ephemeral ? {} : { message: apiMessage(core.workspace, message) }),
    state: { values },
    response_url: responseUrl(core, person, channel, message),
    actions: [action],
  };
}

export function viewActionPayload(core: Core, person: Member, view: View, action: JsonObject): JsonObject {
  return {
    type: 'block_actions',
    ...common(core, person),
    container: { type: 'view', view_id: view.id },
    trigger_id: core.triggers.issue(person.id),
    view: apiView(core.workspace, view),
    actions: [action],
  };
}

export function submissionPayload(core: Core, person: Member, view: View): JsonObject {
  return {
    type: 'view_submission',
    ...common(core, person),
    trigger_id: core.triggers.issue(person.id),
    view: apiView(core.workspace, view),
    response_urls: [],
  };
}

export function closedPayload(core: Core, person: Member, view: View, cleared: boolean): JsonObject {
  return {
    type: 'view_closed',
    ...common(core, person),
    view: apiView(core.workspace, view),
    is_cleared: cleared,
  };
}

export function eventPayload(core: Core, event: JsonObject): JsonObject {
  const { team, app, now } = core.workspace;
  const authorization = { enterprise_id: null, team_id: team.id, user_id: app.botUserId, is_bot: true };
  return {
    token: VERIFICATION_TOKEN,
    team_id: team.id,
    api_app_id: app.id,
    event,
    type: 'event_callback',
    event_id: slackId('Ev'),
    event_time: Math.floor(now() / 1000),
    authorizations: [{ ...authorization, is_enterprise_install: false }],
    is_ext_shared_channel: false,
    event_context: slackId('EC'),
  };
}
