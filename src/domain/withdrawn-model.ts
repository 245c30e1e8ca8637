import { z } from 'zod';
import { instantSchema } from './instant.js';
import { personSchema } from './person.js';
import type { ValueOf } from './value-of.js';

/**
 * A model that *Previous model* never brings back by itself: it was rolled back, or a halt stopped the release that brought
 * it, and no release has confirmed it since.
 */
export const withdrawnModelSchema = z.object({
  target: z.string(),
  /** In hex. */
  sha256: z.string(),
  how: z.enum(['rolled_back', 'halted']),
  by: personSchema,
  at: instantSchema,
});
export type WithdrawnModel = ValueOf<typeof withdrawnModelSchema>;

/** What *Previous model* must know of its target. */
export interface ModelMemory {
  readonly withdrawn: readonly WithdrawnModel[];
  /** The hosts of the newest release where it came to nothing good: the others have nothing of it. undefined: all of them. */
  readonly touched: readonly string[] | undefined;
}
