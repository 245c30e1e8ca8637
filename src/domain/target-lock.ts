import { z } from 'zod';
import { personSchema } from './person.js';
import type { ValueOf } from './value-of.js';

/** A person's lock on a target: no deploy while it stands. */
export const targetLockSchema = z.object({
  strategy: z.string(),
  target: z.string(),
  holder: personSchema,
  reason: z.string(),
  /** RFC 3339. */
  takenAt: z.string(),
});
export type TargetLock = ValueOf<typeof targetLockSchema>;
