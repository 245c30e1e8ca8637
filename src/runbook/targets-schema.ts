import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { DRILL_KINDS } from '../domain/drill.js';
import type { ShapeFault } from '../domain/file-fault.js';
import { absolutePath, plainPath } from '../domain/host-setting.js';
import { promotionPolicySchema } from '../domain/promotion.js';
import {
  approvalPolicySchema,
  groupId,
  userId,
  type WatchPolicy,
  watchPolicySchema,
} from '../domain/target-policy.js';
import { connectionSchema } from '../hosts/kinds/connection-schema.js';
import { serviceSchema } from '../hosts/managers/service-schema.js';
import { venueSchema } from '../venue/venue-schema.js';
import { freezeSchema } from './freeze.js';
import { standingWatch } from './watch-schema.js';

/** The targets file as people write it. `docs/targets.md` explains each key. */

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

const watch = watchPolicySchema.extend(standingWatch);

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
  approval: approvalPolicySchema,
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
  /** What a drill of it is: `real` halts it, and turns it on again with a release. */
  drill: z.enum(DRILL_KINDS).default('rehearsal'),
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
export type WatchSource = z.output<typeof watch>;
/** How a target is watched between releases. */
export type StandingWatch = Readonly<Omit<WatchSource, keyof WatchPolicy>> & { readonly everySecs: number };
