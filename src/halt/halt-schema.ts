import { z } from 'zod';
import { haltSchema } from '../domain/halt.js';
import type { ValueOf } from '../domain/value-of.js';

/** A message that shows a halt, and is kept true. */
export const haltMessageSchema = z.object({
  role: z.enum(['report', 'alarm']),
  channel: z.string(),
  /** Slack's id within the channel; null until the post is known to have arrived. */
  ts: z.string().nullable(),
  /** By what its post is found again, and by which it is this message and no other; earlier versions tell it by role and channel. */
  key: z.string().optional(),
  /** Of a call below an alarm: the alarm's id within the channel. */
  thread: z.string().optional(),
  /** Of one message about several halts: their ids. */
  all: z.array(z.string()).optional(),
  /** Another process than the one that carries the halt out shows it, and keeps what is noted of it. */
  follower: z.string().optional(),
  /** It shows how the halt ended. */
  isFinal: z.boolean().optional(),
  /** RFC 3339: when it first showed that the halt had ended. */
  toldAt: z.string().optional(),
});
export type HaltMessage = ValueOf<typeof haltMessageSchema>;

export const isSameMessage = (one: HaltMessage, other: HaltMessage): boolean =>
  one.key !== undefined && other.key !== undefined
    ? one.key === other.key
    : one.role === other.role && one.channel === other.channel && one.thread === other.thread;

/** All that another process needs to go on. */
export const haltRecordSchema = z.object({
  halt: haltSchema,
  messages: z.array(haltMessageSchema),
});
export type HaltRecord = ValueOf<typeof haltRecordSchema>;

/** Until then it is owed: kept on this machine's disk as well, and told by whichever replica can. */
export const isTold = ({ messages }: HaltRecord): boolean =>
  messages.every(({ isFinal }) => isFinal === true);

/** What followers have noted is newer than what the halt's own process merely owes. */
export function withFollowers(record: HaltRecord, followers: readonly HaltMessage[]): HaltRecord {
  const own = record.messages.filter(
    (one) => one.ts !== null || !followers.some((other) => isSameMessage(one, other)),
  );
  const others = followers.filter((one) => !own.some((known) => isSameMessage(one, known)));
  return { ...record, messages: [...own, ...others] };
}

/** Of a process that goes on with it itself. */
export const withoutFollowers = (record: HaltRecord): HaltRecord => ({
  ...record,
  messages: record.messages.map(({ follower: _process, ...message }) => message),
});
