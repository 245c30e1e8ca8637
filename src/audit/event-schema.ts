import { z } from 'zod';
import type { AuditEvent, ChainedEvent } from '../domain/audit-event.js';

const person = z.object({ id: z.string(), name: z.string(), surface: z.enum(['slack', 'terminal']) });

/** One line of the local journal. */
export const auditEventSchema: z.ZodType<AuditEvent> = z.object({
  eventId: z.uuid(),
  strategy: z.string(),
  kind: z.string(),
  target: z.string().nullable(),
  actor: person,
  at: z.iso.datetime(),
  reason: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});

/**
 * One line of an export, or one row. What somebody has edited must still be readable, so that the place can be named:
 * nothing here is stricter than the columns.
 */
export const chainedEventSchema: z.ZodType<ChainedEvent> = z.object({
  eventId: z.string(),
  strategy: z.string(),
  kind: z.string(),
  target: z.string().nullable(),
  actor: z.custom<ChainedEvent['actor']>(() => true),
  at: z.string(),
  reason: z.string().nullable(),
  details: z.custom<ChainedEvent['details']>(() => true),
  position: z.number(),
  previousSha256: z.string(),
  sha256: z.string(),
});
