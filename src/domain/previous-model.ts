import type { HostFault } from './host-fault.js';
import type { WithdrawnModel } from './withdrawn-model.js';

export interface PreviousModelHost {
  readonly host: string;
  readonly path: string;
  readonly sha256: string;
  /** Where the file's content lies when it is no longer at its place; null: it is. */
  readonly restoreFrom: string | null;
  /** The variables about the model, by their full names. */
  readonly wanted: Readonly<Record<string, string>>;
}

export interface PreviousModelPlan {
  readonly target: string;
  readonly releaseId: string;
  /** RFC 3339. */
  readonly confirmedAt: string;
  /** Those that are to change: a host that has the model already, and one that the last release never touched, is left as it is. */
  readonly hosts: readonly PreviousModelHost[];
  /** SHA-256 of the models that it takes away. */
  readonly replaced: readonly string[];
  /** Hosts whose present binary was never confirmed together with this model. */
  readonly untriedBinary: readonly string[];
}

/** What *Previous model* would restore, or why it cannot. */
export type PreviousModelAnswer =
  | { readonly kind: 'plan'; readonly plan: PreviousModelPlan }
  /** No release was ever confirmed. */
  | { readonly kind: 'none' }
  /** No confirmed release had another model than that which runs. */
  | { readonly kind: 'runs_already'; readonly release: string }
  /** Those that had were rolled back or halted: none is brought back by itself. */
  | { readonly kind: 'withdrawn'; readonly model: WithdrawnModel }
  /** Its file is neither at its place nor kept, or has another content. */
  | {
      readonly kind: 'artefact_missing';
      readonly host: string;
      readonly path: string;
      readonly sha256: string;
    }
  /** Its file has another content there now, with which this target runs, or will after its next restart. */
  | {
      readonly kind: 'used_by_other';
      readonly host: string;
      readonly path: string;
      readonly target: string;
    }
  | { readonly kind: 'host_away'; readonly host: string; readonly fault: HostFault }
  | { readonly kind: 'database_away' };
