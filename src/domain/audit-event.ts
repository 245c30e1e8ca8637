import { z } from 'zod';
import { type Person, personSchema } from './person.js';
import type { ValueOf } from './value-of.js';

/** Who did what, when and why. Values must be plain JSON; secrets are taken out before anything is stored. */
export const auditEventSchema = z.object({
  /** Given where the event happens, so that moving it twice makes one row. */
  eventId: z.uuid(),
  strategy: z.string(),
  /** e.g. `halt.requested`. */
  kind: z.string(),
  target: z.string().nullable(),
  actor: personSchema,
  /** RFC 3339 in UTC, with milliseconds. */
  at: z.iso.datetime(),
  reason: z.string().nullable(),
  /** Before, after and the like. */
  details: z.record(z.string(), z.unknown()),
});
export type AuditEvent = ValueOf<typeof auditEventSchema>;

/** The actor of what a clock, a changed file or a person's earlier request leads to. */
export const THE_BOT: Person = { id: 'lobml', name: 'lobml', surface: 'terminal' };

/**
 * An event in its place: the hash covers everything of it, and the hash of the event before it. What somebody has
 * edited must still be readable, so that the place can be named: nothing here is stricter than the columns.
 */
export const chainedEventSchema = auditEventSchema.extend({
  eventId: z.string(),
  actor: z.custom<AuditEvent['actor']>(() => true),
  at: z.string(),
  details: z.custom<AuditEvent['details']>(() => true),
  /** From 1, without gaps, for each strategy. */
  position: z.number(),
  /** SHA-256 in hex of the event before; zeros for the first. */
  previousSha256: z.string(),
  sha256: z.string(),
});
export type ChainedEvent = ValueOf<typeof chainedEventSchema>;

/** Where a strategy's chain ends. */
export const chainHeadSchema = z.object({ strategy: z.string(), position: z.number(), sha256: z.string() });
export type ChainHead = ValueOf<typeof chainHeadSchema>;
