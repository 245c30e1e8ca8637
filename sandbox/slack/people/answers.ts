import { readArguments } from '../api/arguments.js';
import { readContent } from '../api/content.js';
import { SlackError } from '../api/slack-error.js';
import type { JsonObject } from '../block-kit/rule.js';
import type { Core } from '../core.js';
import type { ResponseTarget } from '../credentials.js';

/**
 * What an app answers to a command or through a response_url: a new message (only for the person, unless
 * `in_channel`), or the original replaced or deleted.
 * @throws SlackError as chat.postMessage would.
 */
export function applyAnswer(core: Core, target: ResponseTarget, answer: JsonObject): void {
  const { workspace } = core;
  const args = readArguments(answer);
  const original = target.original && workspace.message(target.original.channel, target.original.ts);
  if (args.flag('delete_original')) {
    if (original) workspace.remove(original);
    return;
  }
  const content = readContent(args, 'post');
  if (args.flag('replace_original') && original) {
    workspace.edit(original, content);
    return;
  }
  const type = args.text('response_type') ?? 'ephemeral';
  if (!['ephemeral', 'in_channel'].includes(type)) throw new SlackError('invalid_response_type');
  const threadTs = args.text('thread_ts') ?? original?.threadTs;
  workspace.post({
    channel: target.channel,
    user: workspace.app.botUserId,
    fromApp: true,
    ...content,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(type === 'ephemeral' ? { ephemeralFor: target.user } : {}),
  });
}
