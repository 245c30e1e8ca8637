import { isObject } from './block-kit/rule.js';
import type { App, Channel, Member, Message, View } from './model.js';
import type { PageChannel, PageHome, PageMessage, PageModal } from './protocol.js';

/** The workspace's objects as the page wants them. */

/** Who and what a channel or a message names. */
interface Names {
  readonly app: App;
  channels(): Channel[];
  member(id: string): Member | undefined;
}

export function pageChannels(workspace: Names): PageChannel[] {
  return workspace
    .channels()
    .map(({ id, name, im }) => (im === undefined ? { id, name } : { id, name: workspace.app.name, im }));
}

export function pageMessage(workspace: Names, message: Message): PageMessage {
  const name = message.fromApp ? workspace.app.name : (workspace.member(message.user)?.name ?? message.user);
  return {
    channel: message.channel,
    ts: message.ts,
    ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
    author: { kind: message.fromApp ? 'bot' : 'user', id: message.user, name },
    text: message.text,
    blocks: message.blocks,
    edited: message.editedTs !== undefined,
    ...(message.ephemeralFor === undefined ? {} : { ephemeralFor: message.ephemeralFor }),
  };
}

function words(value: unknown): string | undefined {
  return isObject(value) && typeof value.text === 'string' ? value.text : undefined;
}

export function pageModal(view: View, depth: number): PageModal {
  const submit = words(view.content.submit);
  const close = words(view.content.close);
  return {
    viewId: view.id,
    user: view.user,
    title: words(view.content.title) ?? '',
    ...(submit === undefined ? {} : { submit }),
    ...(close === undefined ? {} : { close }),
    blocks: view.content.blocks,
    ...(view.errors === undefined ? {} : { errors: view.errors }),
    depth,
  };
}

export function pageHome(view: View): PageHome {
  return { user: view.user, blocks: view.content.blocks };
}
