import { z } from 'zod';
import { personSchema } from './person.js';
import type { ValueOf } from './value-of.js';

/** A warning that a person has taken upon themselves. */
export const acknowledgementSchema = z.object({
  runId: z.uuid(),
  checkId: z.string(),
  person: personSchema,
  /** RFC 3339. */
  at: z.string(),
});
export type Acknowledgement = ValueOf<typeof acknowledgementSchema>;
