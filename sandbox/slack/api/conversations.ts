import type { JsonObject } from '../block-kit/rule.js';
import type { Core } from '../core.js';
import type { Channel, Message } from '../model.js';
import { apiChannel, apiMessage } from './api-shapes.js';
import type { Arguments } from './arguments.js';
import { type Methods, TIER } from './method.js';
import { pageOf } from './pages.js';
import { channelOf } from './places.js';
import { invalidArguments, SlackError } from './slack-error.js';

/** Slack writes the first message of a thread with a count of its replies. */
function withReplies(core: Core, message: Message, withMetadata: boolean): JsonObject {
  const replies = lasting(core, message.channel).filter((one) => one.threadTs === message.ts);
  const last = replies.at(-1);
  const thread = { thread_ts: message.ts, reply_count: replies.length, latest_reply: last?.ts };
  return { ...apiMessage(core.workspace, message, withMetadata), ...(last ? thread : {}) };
}

function lasting(core: Core, channel: string): Message[] {
  return core.workspace.messages(channel).filter((message) => message.ephemeralFor === undefined);
}

function readable(args: Arguments, core: Core): Channel {
  const channel = channelOf(args, core);
  if (!channel.appIsMember) throw new SlackError('not_in_channel');
  return channel;
}

function between(args: Arguments, messages: Message[]): Message[] {
  const oldest = args.text('oldest') ?? '0';
  const latest = args.text('latest') ?? '9999999999.999999';
  const inclusive = args.flag('inclusive');
  return messages.filter((message) => {
    const edge = message.ts === oldest || message.ts === latest;
    return edge ? inclusive : Number(message.ts) > Number(oldest) && Number(message.ts) < Number(latest);
  });
}

function history(args: Arguments, core: Core): JsonObject {
  const channel = readable(args, core);
  const newestFirst = between(
    args,
    lasting(core, channel.id).filter((one) => one.threadTs === undefined),
  ).reverse();
  const { items, more, next } = pageOf(args, newestFirst, 100);
  const withMetadata = args.flag('include_all_metadata');
  return { messages: items.map((one) => withReplies(core, one, withMetadata)), has_more: more, ...next };
}

function replies(args: Arguments, core: Core): JsonObject {
  const channel = readable(args, core);
  const ts = args.required('ts');
  const thread = lasting(core, channel.id).filter((one) => one.ts === ts || one.threadTs === ts);
  if (thread.length === 0) throw new SlackError('thread_not_found');
  const { items, more, next } = pageOf(args, thread, 1000);
  const withMetadata = args.flag('include_all_metadata');
  return { messages: items.map((one) => withReplies(core, one, withMetadata)), has_more: more, ...next };
}

function members(args: Arguments, core: Core): JsonObject {
  const channel = channelOf(args, core);
  const people = core.workspace.members.filter((member) => !member.bot && !member.deactivated);
  const { items, next } = pageOf(args, people, 100);
  const bot = channel.appIsMember ? [core.workspace.app.botUserId] : [];
  return { members: [...items.map((member) => member.id), ...bot], ...next };
}

function join(args: Arguments, core: Core): JsonObject {
  const channel = channelOf(args, core);
  if (channel.im !== undefined) throw new SlackError('method_not_supported_for_channel_type');
  channel.appIsMember = true;
  return { channel: apiChannel(channel) };
}

function open(args: Arguments, core: Core): JsonObject {
  const users = args.required('users').split(',');
  if (users.length > 1) throw invalidArguments('group conversations are not supported here: users');
  const person = core.workspace.member(users[0] ?? '');
  if (!person) throw new SlackError('user_not_found');
  if (person.deactivated) throw new SlackError('user_disabled');
  if (person.bot) throw new SlackError('cannot_dm_bot');
  return { channel: apiChannel(core.workspace.directChannel(person.id)) };
}

function list(args: Arguments, core: Core): JsonObject {
  const open = core.workspace.channels().filter((channel) => channel.im === undefined);
  const { items, next } = pageOf(args, open, 100);
  return { channels: items.map(apiChannel), ...next };
}

const read = { token: 'bot', scope: 'channels:read' } as const;

export const conversationMethods: Methods = {
  'conversations.history': { token: 'bot', scope: 'channels:history', limit: TIER.three, run: history },
  'conversations.replies': { token: 'bot', scope: 'channels:history', limit: TIER.three, run: replies },
  'conversations.info': {
    ...read,
    limit: TIER.three,
    run: (args, core) => ({ channel: apiChannel(channelOf(args, core)) }),
  },
  'conversations.members': { ...read, limit: TIER.four, run: members },
  'conversations.list': { ...read, limit: TIER.two, run: list },
  'conversations.join': { token: 'bot', scope: 'channels:join', limit: TIER.three, run: join },
  'conversations.open': { token: 'bot', scope: 'im:write', limit: TIER.three, run: open },
};
