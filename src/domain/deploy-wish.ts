import { z } from 'zod';
import { orUndefined, type ValueOf } from './value-of.js';

/** What a person asks for; the plan says what that means on each host. */
export const deployWishSchema = z.object({
  /** A file name of the staging folder; undefined: the model stays. */
  model: orUndefined(z.string()),
  /** Goes with the model. */
  modelVersion: orUndefined(z.string()),
  /** A file name of the staging folder; undefined: the binary stays. */
  binary: orUndefined(z.string()),
  /** Variables of the strategy, without their prefix, and what they become. */
  settings: z.record(z.string(), z.string()),
  reason: z.string(),
});
export type DeployWish = ValueOf<typeof deployWishSchema>;
