import type { CheckResult } from './check-run.js';

/**
 * What a release will do, worked out before anybody approves it. Its canonical JSON is what an approval is bound to:
 * change any part and the digest changes.
 */
export interface ReleasePlan {
  readonly strategy: string;
  readonly target: string;
  /** The reason of the request. */
  readonly reason: string;
  /** undefined: only the environment changes. */
  readonly model: ArtefactPlan | undefined;
  readonly binary: ArtefactPlan | undefined;
  /** In order; the first is the canary. */
  readonly hosts: readonly HostPlan[];
  /** SHA-256 of the runbook file, in hex. */
  readonly runbookSha256: string;
  /** SHA-256 over the target's approval policy and the groups it names, in hex. */
  readonly policySha256: string;
}

/** A file of the staging folder on the bot's machine. */
export interface ArtefactPlan {
  /** Its name in the staging folder, without a folder. */
  readonly name: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Of a model: SHA-256 of the `NAME.meta.json` that its training wrote beside it, and that goes with it. */
  readonly metaSha256?: string;
}

/** `NAME.onnx` → `NAME.meta.json`, in the same folder. */
export const metaPathOf = (modelPath: string): string => modelPath.replace(/(\.onnx)?$/, '.meta.json');

export interface HostPlan {
  readonly host: string;
  /** Where the model goes, absolute; undefined without a model. */
  readonly modelPath: string | undefined;
  readonly binaryPath: string | undefined;
  /** SHA-256 of what stands at the paths now; '' where nothing does. */
  readonly presentModelSha256: string;
  readonly presentBinarySha256: string;
  /** Every layer as it stands, in order: a change of any of them between plan and execution stops the deploy. */
  readonly layers: readonly { readonly path: string; readonly sha256: string }[];
  /** The layer that is written. */
  readonly writtenFile: string;
  /** The strategy's variables that change, with the effective value before and after. Never another variable. */
  readonly changes: readonly VariableChange[];
  /** What differs already between file and running process, and would go live with the restart. */
  readonly drift: readonly VariableChange[];
}

export interface VariableChange {
  /** With its prefix. */
  readonly variable: string;
  /** null: not set. */
  readonly before: string | null;
  readonly after: string | null;
}

/** The part of a check run that an approval is bound to. */
export interface EvidenceBinding {
  readonly checkRunId: string;
  readonly outcomes: readonly Pick<CheckResult, 'id' | 'outcome'>[];
}
