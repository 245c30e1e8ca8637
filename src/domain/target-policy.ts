import { z } from 'zod';
import type { ShapeFault } from './file-fault.js';

/** Parts of the targets file that others than its loader know. `docs/targets.md` explains each key. */

export const userId = z.string().regex(/^[UW][A-Z0-9]+$/, 'user_id_shape' satisfies ShapeFault);

export const groupId = z.string().regex(/^S[A-Z0-9]+$/, 'group_id_shape' satisfies ShapeFault);

export const approvalPolicySchema = z.strictObject({
  /** How many different people. */
  quorum: z.number().int().min(1).max(10),
  /** At least one from each. */
  groups: z.array(groupId).default([]),
  /** Who may approve besides the groups' members. */
  users: z.array(userId).default([]),
  quorumMinutes: z
    .number()
    .min(1)
    .max(24 * 60)
    .default(60),
  startMinutes: z
    .number()
    .min(1)
    .max(24 * 60)
    .default(15),
});

export const watchPolicySchema = z.strictObject({
  /** When the post-deploy checks run, minutes after the start; the last one confirms. */
  checkpointMinutes: z.array(z.number().positive()).min(1).default([5, 15, 30]),
  /** Between checkpoints: how often it is looked whether a check fails. */
  lookSecs: z.number().positive().default(60),
  /** Not confirmed by then: the flag goes to false. */
  confirmMinutes: z.number().positive().default(45),
  /** How long after a halt no entry may come before it counts as verified. */
  haltObservationSecs: z.number().positive().default(120),
});

export type ApprovalPolicy = z.infer<typeof approvalPolicySchema>;

export type WatchPolicy = z.infer<typeof watchPolicySchema>;
