import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import type { ShapeFault } from '../domain/file-fault.js';
import { absolutePath, plainPath } from '../domain/host-setting.js';
import { promotionPolicySchema } from '../domain/promotion.js';
import { connectionSchema } from '../hosts/kinds/connection-schema.js';
import { serviceSchema } from '../hosts/managers/service-schema.js';
import { venueSchema } from '../venue/venue-schema.js';
import { freezeSchema } from './freeze.js';

/** The targets file as people write it. `docs/targets.md` explains each key. */

const userId = z.string().regex(/^[UW][A-Z0-9]+$/, 'user_id_shape' satisfies ShapeFault);
const groupId = z.string().regex(/^S[A-Z0-9]+$/, 'group_id_shape' satisfies ShapeFault);
const member = z.string().regex(/^[UWS][A-Z0-9]+$/, 'member_id_shape' satisfies ShapeFault);
const channelId = z.string().regex(/^[CG][A-Z0-9]+$/, 'channel_id_shape' satisfies ShapeFault);
const targetName = z.string().regex(/^[a-z][a-z0-9-]*$/, 'target_name_shape' satisfies ShapeFault);
const environmentFile = z.union([
  // As systemd writes it: a leading `-` means that a missing file is fine.
  z
    .string()
    .regex(/^-?\/[^\0\n]*$/, 'environment_path_shape' satisfies ShapeFault)
    .transform((text) => ({ path: plainPath(text.replace(/^-/, '')), optional: text.startsWith('-') })),
  z.strictObject({ path: absolutePath, optional: z.boolean().default(false) }),
]);

/** What a host may say itself; whatever it leaves out comes from its target. */
const hostSettings = {
  service: serviceSchema.optional(),
  environmentFiles: z.array(environmentFile).min(1).optional(),
  /** The layer that the bot writes; the last one unless named. */
  writtenEnvironmentFile: absolutePath.optional(),
  models: absolutePath.optional(),
  binary: absolutePath.optional(),
};

const host = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9][\w.-]*$/),
  connection: connectionSchema,
  ...hostSettings,
});

const approval = z.strictObject({
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

const watch = z.strictObject({
  /** When the post-deploy checks run, minutes after the start; the last one confirms. */
  checkpointMinutes: z.array(z.number().positive()).min(1).default([5, 15, 30]),
  /** Between checkpoints: how often it is looked whether a check fails. */
  lookSecs: z.number().positive().default(60),
  /** Not confirmed by then: the flag goes to false. */
  confirmMinutes: z.number().positive().default(45),
  /** How long after a halt no entry may come before it counts as verified. */
  haltObservationSecs: z.number().positive().default(120),
});

const rollback = z.strictObject({
  /** Ask once more before *Disable now* acts. Off unless told: the safe direction should not ask. */
  confirm: z.boolean().default(false),
});

const addressAndPort = z.string().refine((text) => {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const isAddress = isIPv4(host) || (/^\[.*\]$/.test(host) && isIPv6(host.slice(1, -1)));
  return isAddress && Number(port) > 0 && Number(port) < 65_536;
}, 'address_and_port_shape' satisfies ShapeFault);

const target = z.strictObject({
  /** Whose checklist, flag and orders these are; may be left out where one runbook is loaded alone. */
  strategy: z.string().min(1).optional(),
  /** Only this account's rows count in the shared tables. */
  accountId: z.string().min(1).optional(),
  /** Whether its orders are simulated. Unless told, those of a target whose name says `dry` are, all others are real. */
  dryRun: z.boolean().optional(),
  ...hostSettings,
  hosts: z.array(host).min(1),
  /** On the bot's own machine: where trained models and binaries wait for a deploy. */
  staging: absolutePath.optional(),
  approval,
  watch: watch.prefault({}),
  /** What a model must have shown on another target before it may be released to this one. */
  promotes: promotionPolicySchema.optional(),
  /** When no release of it starts. */
  freeze: z.array(freezeSchema).default([]),
  channels: z.strictObject({ reports: channelId, incidents: channelId }).optional(),
  rollback: rollback.prefault({}),
  venue: venueSchema.optional(),
  /** Addresses off the internet that checks may connect to, each with its port. */
  probeAddresses: z.array(addressAndPort).default([]),
  /** Confirmed releases kept with their artefacts. */
  keepReleases: z.number().int().min(1).max(100).default(5),
});

export const targetsSchema = z.strictObject({
  defaultTarget: targetName,
  roles: z.strictObject({
    requesters: z.array(member).default([]),
    operators: z.array(member).min(1, 'operator_missing' satisfies ShapeFault),
    admins: z.array(member).default([]),
  }),
  /** Members of user groups, for workspaces without them and for when Slack does not answer. */
  groups: z.record(groupId, z.array(userId)).default({}),
  /** Who is behind an account of a terminal: their own approval then never counts for what they asked for there. */
  accounts: z.record(z.string(), userId).default({}),
  targets: z
    .record(targetName, target)
    .refine((targets) => Object.keys(targets).length > 0, 'target_missing' satisfies ShapeFault),
});

export type TargetsSource = z.infer<typeof targetsSchema>;
export type ApprovalPolicy = z.infer<typeof approval>;
export type WatchPolicy = z.infer<typeof watch>;
