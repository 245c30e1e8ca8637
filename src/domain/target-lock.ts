import { z } from 'zod';
import { personSchema } from './person.js';
import type { ValueOf } from './value-of.js';

/** A person's lock on a target: no deploy while it stands. */
export const targetLockSchema = z.object({
  strategy: z.string(),
  target: z.string(),
  holder: personSchema,
  reason: z.string(),
  /** RFC 3339, by the clock of the bot's database. */
  takenAt: z.string(),
  /** The same; null: until somebody unlocks. */
  until: z.string().nullable(),
});
export type TargetLock = ValueOf<typeof targetLockSchema>;
