import type { Core } from '../core.js';
import type { Channel, Message } from '../model.js';
import type { Arguments } from './arguments.js';
import { SlackError } from './slack-error.js';

/** Channels are taken by id only: names work on Slack in some methods, and in others they do not. */
export function channelOf(args: Arguments, core: Core): Channel {
  const channel = core.workspace.channel(args.text('channel') ?? '');
  if (!channel) throw new SlackError('channel_not_found');
  return channel;
}

/** Where the app may write. A person's id stands for the app's conversation with that person. */
export function writableChannel(args: Arguments, core: Core): Channel {
  const id = args.text('channel') ?? '';
  const person = core.workspace.member(id);
  if (person && !person.bot && !person.deactivated) return core.workspace.directChannel(person.id);
  const channel = channelOf(args, core);
  if (!channel.appIsMember && !core.scopes.includes('chat:write.public'))
    throw new SlackError('not_in_channel');
  return channel;
}

/** The top of the thread that the arguments name, if any. */
export function threadOf(args: Arguments, core: Core, channel: Channel): string | undefined {
  const threadTs = args.text('thread_ts');
  if (threadTs === undefined) return undefined;
  const parent = core.workspace.message(channel.id, threadTs);
  if (!parent || parent.ephemeralFor !== undefined) throw new SlackError('thread_not_found');
  if (parent.threadTs !== undefined) throw new SlackError('cannot_reply_to_message');
  return threadTs;
}

/** A lasting message; what only one person sees cannot be found again. */
export function messageOf(args: Arguments, core: Core, channel: Channel): Message {
  const message = core.workspace.message(channel.id, args.text('ts') ?? '');
  if (!message || message.ephemeralFor !== undefined) throw new SlackError('message_not_found');
  return message;
}
