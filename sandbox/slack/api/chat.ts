import type { JsonObject } from '../block-kit/rule.js';
import type { Core } from '../core.js';
import { apiMessage } from './api-shapes.js';
import type { Arguments } from './arguments.js';
import { readContent } from './content.js';
import { type Methods, TIER } from './method.js';
import { channelOf, messageOf, threadOf, writableChannel } from './places.js';
import { SlackError } from './slack-error.js';

function postMessage(args: Arguments, core: Core): JsonObject {
  const channel = writableChannel(args, core);
  const threadTs = threadOf(args, core, channel);
  const { workspace } = core;
  const message = workspace.post({
    channel: channel.id,
    user: workspace.app.botUserId,
    fromApp: true,
    ...readContent(args, 'post'),
    ...(threadTs === undefined ? {} : { threadTs }),
  });
  return { channel: channel.id, ts: message.ts, message: apiMessage(workspace, message) };
}

function postEphemeral(args: Arguments, core: Core): JsonObject {
  const channel = writableChannel(args, core);
  const { workspace } = core;
  const reader = workspace.member(args.required('user'));
  if (!reader || reader.deactivated || reader.bot) throw new SlackError('user_not_in_channel');
  const threadTs = threadOf(args, core, channel);
  const { text, blocks } = readContent(args, 'post');
  const message = workspace.post({
    channel: channel.id,
    user: workspace.app.botUserId,
    fromApp: true,
    text,
    blocks,
    ephemeralFor: reader.id,
    ...(threadTs === undefined ? {} : { threadTs }),
  });
  return { message_ts: message.ts };
}

/** Text without blocks takes the blocks away; metadata stays unless new metadata is given. */
function update(args: Arguments, core: Core): JsonObject {
  const channel = channelOf(args, core);
  const message = messageOf(args, core, channel);
  if (!message.fromApp) throw new SlackError('cant_update_message');
  core.workspace.edit(message, readContent(args, 'update'));
  const shown = apiMessage(core.workspace, message);
  return { channel: channel.id, ts: message.ts, text: message.text, message: shown };
}

function remove(args: Arguments, core: Core): JsonObject {
  const channel = channelOf(args, core);
  const message = messageOf(args, core, channel);
  if (!message.fromApp) throw new SlackError('cant_delete_message');
  core.workspace.remove(message);
  return { channel: channel.id, ts: message.ts };
}

const scheduled = new WeakMap<Core, Set<string>>();

/** Accepted or refused like a post; nothing waits here until its time. */
function scheduleMessage(args: Arguments, core: Core): JsonObject {
  const channel = writableChannel(args, core);
  const inSecs = Number(args.required('post_at')) - Date.now() / 1000;
  if (!(inSecs > 0)) throw new SlackError('time_in_past');
  if (inSecs > 120 * 24 * 3_600) throw new SlackError('time_too_far');
  const own = scheduled.get(core) ?? new Set<string>();
  scheduled.set(core, own);
  const id = `Q${channel.id}${own.size}${Date.now()}`;
  own.add(id);
  return { channel: channel.id, scheduled_message_id: id, post_at: Number(args.required('post_at')) };
}

function deleteScheduledMessage(args: Arguments, core: Core): JsonObject {
  const id = args.required('scheduled_message_id');
  if (!scheduled.get(core)?.delete(id)) throw new SlackError('invalid_scheduled_message_id');
  return {};
}

function getPermalink(args: Arguments, core: Core): JsonObject {
  const channel = channelOf(args, core);
  const message = core.workspace.message(channel.id, args.text('message_ts') ?? '');
  if (!message || message.ephemeralFor !== undefined) throw new SlackError('message_not_found');
  const link = `${core.origin()}/archives/${channel.id}/p${message.ts.replace('.', '')}`;
  return { channel: channel.id, permalink: link };
}

export const chatMethods: Methods = {
  'chat.postMessage': { token: 'bot', scope: 'chat:write', limit: 'channel', run: postMessage },
  'chat.postEphemeral': { token: 'bot', scope: 'chat:write', limit: TIER.four, run: postEphemeral },
  'chat.update': { token: 'bot', scope: 'chat:write', limit: TIER.three, run: update },
  'chat.delete': { token: 'bot', scope: 'chat:write', limit: TIER.three, run: remove },
  'chat.scheduleMessage': { token: 'bot', scope: 'chat:write', limit: TIER.three, run: scheduleMessage },
  'chat.deleteScheduledMessage': {
    ...{ token: 'bot', scope: 'chat:write', limit: TIER.three, run: deleteScheduledMessage },
  },
  'chat.getPermalink': { token: 'bot', run: getPermalink },
};
