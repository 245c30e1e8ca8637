import { z } from 'zod';
import type { ShapeFault } from '../domain/file-fault.js';
import { RUN_KINDS } from '../domain/outcome.js';
import { MOST_IN_A_ROW } from '../domain/watch.js';
import { freezeSchema } from './freeze.js';

/** How a target is watched between releases, as people write it in `watch`. */

const inARow = z.number().int().min(1).max(MOST_IN_A_ROW);

const after = z.strictObject({
  tell: inARow.default(2),
  call: inARow.default(2),
  halt: inARow.default(3),
  well: inARow.default(3),
});

export const standingWatch = {
  /** How often it is looked at; left out: not at all. */
  everySecs: z.number().int().min(30).max(3_600).optional(),
  runs: z.array(z.enum(RUN_KINDS)).min(1).default(['gonogo']),
  /** Of these runs only these checks. */
  checks: z.array(z.string().min(1)).min(1).optional(),
  /** How often in a row something is seen before it counts. */
  after: after.prefault({}),
  /** When nobody is told; they are called all the same. */
  quiet: z.array(freezeSchema).default([]),
  /** Checks whose failure halts the target. */
  halt: z.array(z.string().min(1)).default([]),
  /** So many halts within 24 hours without a person. */
  perDay: z.number().int().min(1).max(3).default(1),
  /** Who was called and does not come is called again after so long. */
  escalateMinutes: z.number().min(0.1).max(60).default(5),
  /** Asked after each look: whoever stands there notices when that stops. */
  heartbeatUrl: z.url({ protocol: /^https$/, error: 'https_url_shape' satisfies ShapeFault }).optional(),
};
