import { z } from 'zod';
import { haltSchema } from '../domain/halt.js';
import type { ValueOf } from '../domain/value-of.js';

/** A message that shows a halt, and is kept true. */
const haltMessageSchema = z.object({
  role: z.enum(['report', 'alarm']),
  channel: z.string(),
  /** Slack's id within the channel; null until the post is known to have arrived. */
  ts: z.string().nullable(),
  /** It shows how the halt ended. */
  isFinal: z.boolean().optional(),
  /** RFC 3339: when it first showed that the halt had ended. */
  toldAt: z.string().optional(),
});
export type HaltMessage = ValueOf<typeof haltMessageSchema>;

/** All that another process needs to go on. */
export const haltRecordSchema = z.object({
  halt: haltSchema,
  messages: z.array(haltMessageSchema),
});
export type HaltRecord = ValueOf<typeof haltRecordSchema>;

/** Until then it is owed: kept on this machine's disk as well, and told by whichever replica can. */
export const isTold = ({ messages }: HaltRecord): boolean =>
  messages.every(({ isFinal }) => isFinal === true);
