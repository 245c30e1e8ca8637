import { z } from 'zod';
import { LOCALES } from '../../domain/localized.js';
import { TRAINING_FAILURES, TRAINING_STATES, type Training } from '../../training/training.js';
import { checkResultSchema, instantSchema, personSchema } from '../check-run-schema.js';

export const TRAINING_COLUMNS = `training_id AS "trainingId", strategy, target, horizon,
  lookback_hours AS "lookbackHours", model_name AS "modelName", machine, state, requested_by AS "requestedBy", locale,
  override_reason AS "overrideReason", checks, progress, result, failure, cancel_requested AS "cancelRequested",
  channel, message_ts AS "messageTs", created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt"`;

const progressSchema = z.object({
  fraction: z.number().optional(),
  figures: z.record(z.string(), z.string()),
  lastLine: z.string(),
  away: z.string().optional(),
});

export const trainingRowSchema = z
  .object({
    trainingId: z.uuid(),
    strategy: z.string(),
    target: z.string(),
    horizon: z.string(),
    lookbackHours: z.number(),
    modelName: z.string(),
    machine: z.string(),
    state: z.enum(TRAINING_STATES),
    requestedBy: personSchema,
    locale: z.enum(LOCALES),
    overrideReason: z.string().nullable(),
    checks: z.array(checkResultSchema),
    progress: progressSchema.nullable(),
    result: z
      .object({
        check: checkResultSchema,
        sha256: z.string(),
        size: z.number(),
        stagedAs: z.string().nullable(),
      })
      .nullable(),
    failure: z
      .object({
        code: z.enum(TRAINING_FAILURES),
        facts: z.record(z.string(), z.union([z.string(), z.number()])),
      })
      .nullable(),
    cancelRequested: personSchema.nullable(),
    channel: z.string().nullable(),
    messageTs: z.string().nullable(),
    createdAt: instantSchema,
    startedAt: instantSchema.nullable(),
    endedAt: instantSchema.nullable(),
  })
  .transform(
    ({ channel, messageTs, progress, ...training }): Training => ({
      ...training,
      progress: progress && { ...progress, fraction: progress.fraction },
      message: channel === null || messageTs === null ? null : { channel, ts: messageTs },
    }),
  );
