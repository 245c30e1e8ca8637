import { z } from 'zod';
import { instantSchema } from './instant.js';
import { personSchema } from './person.js';
import { releasePlanSchema } from './release-plan.js';
import { releaseProblemSchema } from './release-problem.js';
import { releaseRefusalSchema } from './release-refusal.js';
import { releaseRequestSchema } from './release-request.js';
import { RELEASE_STATES, STEP_KINDS, STEP_STATES } from './release-state.js';
import { orUndefined, type ValueOf } from './value-of.js';

/** What was seen before or after a step acted; each kind of step reads its own back. */
const seenSchema = z.record(z.string(), z.json());
export type Seen = ValueOf<typeof seenSchema>;

/** What a person said of a step for which somebody had to look. */
const answeredSchema = z.object({
  by: personSchema,
  /** RFC 3339. */
  at: z.string(),
  wasDone: z.boolean().exactOptional(),
  /** It is fine, they say; and whether every host was then seen to be as it should. */
  looked: z.enum(['asked', 'fine', 'differs']).exactOptional(),
});

const stepRowSchema = z.object({
  position: z.number().int(),
  kind: z.enum(STEP_KINDS),
  host: z.string().nullable(),
  checkpoint: z.number().nullable(),
  state: z.enum(STEP_STATES),
  attempts: z.number().int(),
  before: seenSchema.nullable(),
  after: seenSchema.nullable(),
  problem: releaseProblemSchema.nullable(),
  answered: answeredSchema.nullable(),
  /** When it was first tried, by the clock of the bot's database; left out: by an older version, or it counts from its due time. */
  attemptedAt: instantSchema.nullable().exactOptional(),
  startedAt: instantSchema.nullable(),
  finishedAt: instantSchema.nullable(),
});
export type StepRecord = ValueOf<typeof stepRowSchema>;

/** Somebody takes it upon themselves that a release lacks data at its end. */
const confirmationSchema = z.object({
  by: personSchema,
  reason: z.string(),
  /** RFC 3339. */
  at: z.string(),
  /** Why it did not hold when the checks, and who this person is, were looked at once more. */
  refused: orUndefined(releaseRefusalSchema),
});
export type Confirmation = ValueOf<typeof confirmationSchema>;

/** A host that the release goes on without: nobody knows what it runs. */
const givenUpSchema = z.object({
  host: z.string(),
  /** The bot where the host has left the targets file. */
  by: personSchema,
  /** RFC 3339. */
  at: z.string(),
  reason: z.string(),
});
export type GivenUpHost = ValueOf<typeof givenUpSchema>;

/** What has ended the trouble that a release has left. */
const resolutionSchema = z.object({
  how: z.enum(['release', 'halt']),
  /** Of that release or halt. */
  id: z.string(),
  by: personSchema,
  /** RFC 3339: when that release began, or that halt was verified. */
  at: z.string(),
});

/** A release as it stands in the database, with its steps in order. Times are RFC 3339. */
export const releaseRecordSchema = z.object({
  releaseId: z.uuid(),
  requestId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  kind: releaseRequestSchema.shape.kind,
  requestedBy: personSchema,
  state: z.enum(RELEASE_STATES),
  plan: releasePlanSchema,
  epoch: z.number().int(),
  cancelRequested: z.object({ by: personSchema, reason: z.string(), at: z.string() }).nullable(),
  confirmation: confirmationSchema.nullable(),
  givenUp: z.array(givenUpSchema),
  problem: releaseProblemSchema.nullable(),
  startedAt: instantSchema,
  confirmBy: instantSchema,
  endedAt: instantSchema.nullable(),
  /** Of one that has ended badly; left out: by an older version. */
  resolved: resolutionSchema.nullable().exactOptional(),
  steps: z.array(stepRowSchema),
});
export type ReleaseRecord = ValueOf<typeof releaseRecordSchema>;
