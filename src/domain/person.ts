import { z } from 'zod';
import type { ValueOf } from './value-of.js';

/** Who asked. `id` is a Slack user id, or the account's name in a terminal. */
export const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  surface: z.enum(['slack', 'terminal']),
});
export type Person = ValueOf<typeof personSchema>;
