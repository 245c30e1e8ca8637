import { z } from 'zod';
import type { ShapeFault } from '../domain/file-fault.js';
import { argumentList } from '../domain/host-setting.js';

/** `venue` of the targets file: how the place where the orders rest is asked. `docs/targets.md` explains each key. */

/** Where something stands in a JSON answer: names of fields, with dots between them. */
const place = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\0\n]*$/, 'one_line_shape' satisfies ShapeFault);
const timeoutSecs = z.number().min(0.1).max(120);

const asking = {
  command: argumentList,
  /** Where the list stands in the answer; left out: the answer itself is the list. */
  list: place.optional(),
  timeoutSecs: timeoutSecs.default(10),
};

export const venueSchema = z.strictObject({
  /** One of the target's hosts, on which the programs run; the first unless named. */
  host: z.string().min(1).optional(),
  /** Prints the orders that rest, those of this target alone. */
  openOrders: z.strictObject({
    ...asking,
    keys: z.strictObject({
      id: place,
      market: place,
      side: place,
      shares: place,
      /** How much of `shares` is filled; left out: `shares` is what is left. */
      filled: place.optional(),
      price: place.optional(),
    }),
  }),
  /** Cancels all of them. */
  cancelOrders: z
    .strictObject({
      command: argumentList,
      /** Where the answer lists the ids that were cancelled. */
      cancelled: place.optional(),
      /** Where it lists those that were not: what stands there is a cancel that failed. */
      failed: place.optional(),
      timeoutSecs: timeoutSecs.default(10),
    })
    .optional(),
  /** Prints what is held, this target's alone. */
  positions: z
    .strictObject({ ...asking, keys: z.strictObject({ market: place, side: place, shares: place }) })
    .optional(),
  /** Closes all of it. */
  flatten: z.strictObject({ command: argumentList, timeoutSecs: timeoutSecs.default(60) }).optional(),
});
type VenueSource = z.output<typeof venueSchema>;

/** The same, on a host that is known. */
export type VenueSettings = VenueSource & { readonly host: string };
