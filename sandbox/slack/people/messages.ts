import { apiView } from '../api/api-shapes.js';
import type { Core } from '../core.js';
import type { Courier } from '../delivery/courier.js';
import type { Channel, Member, Message } from '../model.js';
import { eventPayload } from './payloads.js';

/** A person writes a message; the app hears of it when it is mentioned in a channel where it is a member. */
export function say(
  core: Core,
  courier: Courier,
  person: Member,
  channel: Channel,
  typed: string,
  threadTs?: string,
): Message {
  const { app, team } = core.workspace;
  const text = typed.replaceAll(new RegExp(`(?<!\\S)@${app.name}\\b`, 'g'), `<@${app.botUserId}>`);
  const thread = threadTs === undefined ? {} : { threadTs };
  const message = core.workspace.post({
    channel: channel.id,
    user: person.id,
    fromApp: false,
    text,
    blocks: [],
    ...thread,
  });
  const heard = channel.appIsMember && channel.im === undefined && core.scopes.includes('app_mentions:read');
  if (heard && text.includes(`<@${app.botUserId}>`)) {
    const event = {
      type: 'app_mention',
      user: person.id,
      text,
      ts: message.ts,
      team: team.id,
      channel: channel.id,
      event_ts: message.ts,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    };
    void courier.deliverEvent(eventPayload(core, event));
  }
  return message;
}

/** A person opens the app's Home tab. */
export function openHome(core: Core, courier: Courier, person: Member): Promise<unknown> {
  const { workspace } = core;
  const home = workspace.views.home(person.id);
  const event = {
    type: 'app_home_opened',
    user: person.id,
    channel: workspace.directChannel(person.id).id,
    tab: 'home',
    event_ts: workspace.nextTs(),
    ...(home ? { view: apiView(workspace, home) } : {}),
  };
  return courier.deliverEvent(eventPayload(core, event));
}
