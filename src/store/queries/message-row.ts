import { z } from 'zod';
import { instantSchema } from '../check-run-schema.js';

const messageRowSchema = z.object({
  key: z.string(),
  subject: z.string(),
  channel: z.string(),
  /** Null until the post is known to have arrived. */
  ts: z.string().nullable(),
  runId: z.uuid().nullable(),
  reservedAt: instantSchema,
  supersededAt: instantSchema.nullable(),
});

export type StoredMessage = Readonly<z.infer<typeof messageRowSchema>>;

export const MESSAGE_COLUMNS = `key, subject, channel, ts, run_id AS "runId", reserved_at AS "reservedAt",
  superseded_at AS "supersededAt"`;

export const messageRowsSchema = z.array(messageRowSchema);
