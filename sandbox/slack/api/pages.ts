import type { JsonObject } from '../block-kit/rule.js';
import type { Arguments } from './arguments.js';
import { SlackError } from './slack-error.js';

/** One page of a list, by Slack's cursors. @throws SlackError invalid_cursor, invalid_limit */
export function pageOf<T>(
  args: Arguments,
  all: readonly T[],
  defaultLimit: number,
): { items: readonly T[]; more: boolean; next: JsonObject } {
  const limit = args.whole('limit') || defaultLimit;
  if (limit > 1000) throw new SlackError('invalid_limit');
  const cursor = args.text('cursor');
  const from =
    cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace('from:', ''));
  if (!Number.isInteger(from) || from < 0) throw new SlackError('invalid_cursor');
  const more = from + limit < all.length;
  const nextCursor = more ? Buffer.from(`from:${from + limit}`).toString('base64') : '';
  return {
    items: all.slice(from, from + limit),
    more,
    next: { response_metadata: { next_cursor: nextCursor } },
  };
}
