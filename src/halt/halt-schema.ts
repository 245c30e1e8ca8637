import { z } from 'zod';
import type { ObservedRow } from '../domain/check-run.js';
import { HALT_FAULTS, HALT_KINDS, HALT_STATES, type Halt, type HostHalt } from '../domain/halt.js';
import { OUTCOMES } from '../domain/outcome.js';
import { VERDICTS } from '../domain/verdict.js';

const moment = z.string().nullable();
const person = z.object({ id: z.string(), name: z.string(), surface: z.enum(['slack', 'terminal']) });

const hostHalt: z.ZodType<HostHalt> = z.object({
  host: z.string(),
  disk: z.enum(['pending', 'done', 'failed']),
  diskAt: moment,
  diskWasDone: z.boolean(),
  files: z.array(z.string()),
  before: z.record(z.string(), z.string().nullable()).optional(),
  restart: z.enum(['pending', 'issued', 'done', 'not_needed', 'failed']),
  restartAt: moment,
  stop: z.enum(['none', 'issued', 'done', 'failed']),
  stopAt: moment,
  stopBecause: z.enum([...HALT_FAULTS, 'asked']).nullable(),
  process: z.enum(['unknown', 'differs', 'as_wanted', 'stopped']),
  processAt: moment,
  pidBefore: z.number().nullable(),
  pid: z.number().nullable(),
  fault: z.enum(HALT_FAULTS).nullable(),
  faultDetail: z.string(),
});

const haltSchema: z.ZodType<Halt> = z.object({
  haltId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  kind: z.enum(HALT_KINDS),
  wanted: z.record(z.string(), z.string()),
  wantedOf: z.record(z.string(), z.record(z.string(), z.string())),
  requestedBy: person,
  requestedAt: z.string(),
  reason: z.string().nullable(),
  state: z.enum(HALT_STATES),
  hosts: z.array(hostHalt),
  entryWatch: z.object({
    state: z.enum(['waiting', 'watching', 'clear', 'entries', 'unknown', 'not_watched']),
    from: moment,
    until: moment,
    askedAt: moment,
    entries: z.number(),
    code: z.string().nullable(),
  }),
  openEntries: z
    .object({ total: z.number(), rows: z.array(z.custom<ObservedRow>((row) => typeof row === 'object')) })
    .nullable(),
  openEntriesFault: z.string().optional(),
  verification: z.object({ runId: z.string(), verdict: z.enum(VERDICTS), stored: z.boolean() }).nullable(),
  start: z.enum(OUTCOMES).optional(),
  cancelled: z.object({ releaseId: z.string().nullable(), requests: z.number() }).nullable(),
  cancelAway: z.boolean().optional(),
  resumed: z.boolean(),
  endedAt: moment,
  laterRelease: z.object({ releaseId: z.string(), startedAt: z.string() }).optional(),
});

/** A message that shows a halt, and is kept true. */
const haltMessageSchema = z.object({
  role: z.enum(['report', 'alarm']),
  channel: z.string(),
  /** Slack's id within the channel; null until the post is known to have arrived. */
  ts: z.string().nullable(),
  /** It shows how the halt ended. */
  isFinal: z.boolean().optional(),
});
export type HaltMessage = z.output<typeof haltMessageSchema>;

/** All that another process needs to go on. */
export const haltRecordSchema = z.object({
  halt: haltSchema,
  messages: z.array(haltMessageSchema),
});
export interface HaltRecord {
  readonly halt: Halt;
  readonly messages: readonly HaltMessage[];
}
