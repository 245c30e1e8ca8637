import { z } from 'zod';
import type { ReleasePlan } from '../../domain/release-plan.js';
import { RELEASE_PROBLEMS, type ReleaseProblem } from '../../domain/release-problem.js';
import { RELEASE_STATES, STEP_KINDS, STEP_STATES } from '../../domain/release-state.js';

const instant = z.coerce.date().transform((date) => date.toISOString());

const personSchema = z.object({ id: z.string(), name: z.string(), surface: z.enum(['slack', 'terminal']) });

const cancellationSchema = z.object({ by: personSchema, reason: z.string(), at: z.string() });

const problemSchema = z.object({
  code: z.enum(RELEASE_PROBLEMS),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
  quotes: z.array(z.string()).optional(),
}) as z.ZodType<ReleaseProblem>;

const seenSchema = z.record(z.string(), z.json()).nullable();

export const stepRowSchema = z.object({
  position: z.number().int(),
  kind: z.enum(STEP_KINDS),
  host: z.string().nullable(),
  checkpoint: z.number().nullable(),
  state: z.enum(STEP_STATES),
  attempts: z.number().int(),
  before: seenSchema,
  after: seenSchema,
  problem: problemSchema.nullable(),
  answered: z.object({ by: personSchema, at: z.string(), wasDone: z.boolean() }).nullable(),
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});
/** What was seen before or after a step acted; each kind of step reads its own back. */
export type Seen = Readonly<Record<string, z.core.util.JSONType>>;
export type StepRecord = Readonly<z.infer<typeof stepRowSchema>>;

export const releaseRowSchema = z.object({
  releaseId: z.uuid(),
  requestId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  kind: z.enum(['ordinary', 'break_glass']),
  requestedBy: personSchema,
  state: z.enum(RELEASE_STATES),
  // Written by us, and bound by its digest.
  plan: z.custom<ReleasePlan>((value) => typeof value === 'object' && value !== null),
  epoch: z.number().int(),
  cancelRequested: cancellationSchema.nullable(),
  problem: problemSchema.nullable(),
  startedAt: instant,
  confirmBy: instant,
  endedAt: instant.nullable(),
});

/** A release as it stands in the database, with its steps in order. Times are RFC 3339. */
export interface ReleaseRecord extends Readonly<z.infer<typeof releaseRowSchema>> {
  readonly steps: readonly StepRecord[];
}
