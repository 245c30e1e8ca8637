import { z } from 'zod';
import { checkResultSchema } from './check-run.js';
import { orUndefined, type ValueOf } from './value-of.js';
import { withdrawnModelSchema } from './withdrawn-model.js';

/** A file of the staging folder on the bot's machine. */
const artefactSchema = z.object({
  /** Its name in the staging folder, without a folder. */
  name: z.string(),
  sha256: z.string(),
  /** Bytes. */
  size: z.number(),
  /** Of a model: SHA-256 of the `NAME.meta.json` that its training wrote beside it, and that goes with it. */
  metaSha256: z.string().exactOptional(),
});
export type ArtefactPlan = ValueOf<typeof artefactSchema>;

/** `NAME.onnx` → `NAME.meta.json`, in the same folder. */
export const metaPathOf = (modelPath: string): string => modelPath.replace(/(\.onnx)?$/, '.meta.json');

const variableChangeSchema = z.object({
  /** With its prefix. */
  variable: z.string(),
  /** null: not set. */
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type VariableChange = ValueOf<typeof variableChangeSchema>;

/**
 * A variable by its name; without values unless the strategy's prefix allows them to be shown. A model or a program that
 * stays has its path for a name, and SHA-256 in hex for values.
 */
const namedChangeSchema = z.object({
  variable: z.string(),
  shown: orUndefined(variableChangeSchema.pick({ before: true, after: true })),
});
export type NamedChange = ValueOf<typeof namedChangeSchema>;

const WITHOUT_DEAD_MAN = [
  /** The targets file does not say how. */
  'not_configured',
  /** The host said no. */
  'refused',
] as const;

const hostPlanSchema = z.object({
  host: z.string(),
  /** Where the model goes, absolute; undefined without a model. */
  modelPath: orUndefined(z.string()),
  binaryPath: orUndefined(z.string()),
  /** SHA-256 of what stands at the paths now; '' where nothing does. */
  presentModelSha256: z.string(),
  presentBinarySha256: z.string(),
  /** Every layer as it stands, in order: a change of any of them between plan and execution stops the deploy. */
  layers: z.array(z.object({ path: z.string(), sha256: z.string() })),
  /** The layer that is written. */
  writtenFile: z.string(),
  /** The strategy's variables that change, with the effective value before and after. Never another variable. */
  changes: z.array(variableChangeSchema),
  /** What differs already between file and running process, and would go live with the restart. */
  drift: z.array(variableChangeSchema),
  /** The same of variables that the runbook does not know; undefined: there is none. */
  undeclared: orUndefined(z.array(namedChangeSchema)),
  /**
   * What stands otherwise than the last confirmed release left it on this host, in whichever layer, also where the
   * process has it already; undefined: nothing does, or no release was confirmed here.
   */
  sinceConfirmed: orUndefined(z.array(namedChangeSchema)),
  /**
   * What a restart starts: the unit as its manager has it loaded, and when its files were last changed, in one SHA-256.
   * Left out: the manager does not tell.
   */
  unit: z.object({ fragment: z.string(), sha256: z.string() }).exactOptional(),
  /** Why the host holds no dead man; undefined: it does. */
  withoutDeadMan: orUndefined(z.enum(WITHOUT_DEAD_MAN)),
});
export type HostPlan = ValueOf<typeof hostPlanSchema>;

const SHARED_THINGS = ['unit', 'environment', 'program', 'models', 'model'] as const;

/** What a host has in common with a host of another target on the same machine. */
const sharedPlaceSchema = z.object({
  host: z.string(),
  /** The other one. */
  target: z.string(),
  what: z.enum(SHARED_THINGS),
  /** A file, a folder (`models`), or what the service is called. */
  path: z.string(),
  /** The release changes what the other target runs, or what it would run after its next restart. */
  changes: z.boolean(),
});
export type SharedPlace = ValueOf<typeof sharedPlaceSchema>;

/** The approval policy of another target, whose people must agree as well. */
const otherPolicySchema = z.object({
  target: z.string(),
  strategy: z.string(),
  quorum: z.number(),
  groups: z.array(z.string()),
  users: z.array(z.string()),
});
export type OtherPolicy = ValueOf<typeof otherPolicySchema>;

/**
 * What a release will do, worked out before anybody approves it. Its canonical JSON is what an approval is bound to:
 * change any part and the digest changes.
 */
export const releasePlanSchema = z.object({
  strategy: z.string(),
  target: z.string(),
  /** The reason of the request. */
  reason: z.string(),
  /** undefined: only the environment changes. */
  model: orUndefined(artefactSchema),
  binary: orUndefined(artefactSchema),
  /** In order; the first is the canary. */
  hosts: z.array(hostPlanSchema),
  /** Left out: its hosts share nothing with another target. */
  shared: z.array(sharedPlaceSchema).exactOptional(),
  /** Of each target for which a shared place changes; left out: of none. */
  alsoApprovedBy: z.array(otherPolicySchema).exactOptional(),
  /** Of the models that it brings or leaves: those that were rolled back or halted, on whichever target. Left out: none. */
  withdrawn: z.array(withdrawnModelSchema).exactOptional(),
  /** SHA-256 of the runbook file, in hex. */
  runbookSha256: z.string(),
  /** SHA-256 over the target's approval policy and the groups it names, in hex. */
  policySha256: z.string(),
});
export type ReleasePlan = ValueOf<typeof releasePlanSchema>;

/** The part of a check run that an approval is bound to. */
export const evidenceBindingSchema = z.object({
  checkRunId: z.string(),
  outcomes: z.array(checkResultSchema.pick({ id: true, outcome: true })),
});
export type EvidenceBinding = ValueOf<typeof evidenceBindingSchema>;
