import type { CheckRunSummary } from '../checks/store/run-store.js';
import type { Promotion } from '../domain/promotion.js';
import type { HostErrorCode } from '../hosts/host.js';
import type { TargetRelease } from './release-facts.js';

/** A target at one moment. What could not be looked at says so in its own place and hides nothing else. */
export interface TargetStatus {
  readonly strategy: string;
  readonly target: string;
  /** RFC 3339. */
  readonly asOf: string;
  readonly hosts: readonly HostStatus[];
  readonly runs: RunsOfTarget;
  /** undefined: no releases are kept, or they could not be read (then `runs` could not be either). */
  readonly release: TargetRelease | undefined;
  /** How far the model is that runs where this target's models are promoted from; undefined: nothing is asked for, or nobody knows. */
  readonly promotion?: Promotion | undefined;
}

type RunsOfTarget =
  /** The newest run of each kind; a kind that never ran is not in it. */
  { readonly kind: 'read'; readonly latest: readonly CheckRunSummary[] } | { readonly kind: 'unreachable' };

export type HostStatus =
  | { readonly kind: 'unreachable'; readonly host: string; readonly code: HostErrorCode }
  | {
      readonly kind: 'read';
      readonly host: string;
      readonly service: ServiceState;
      readonly flag: FileAndProcess;
      readonly modelVersion: FileAndProcess;
      readonly model: ModelState;
    };

interface ServiceState {
  /** systemd's word: `active`, `failed`… */
  readonly state: string;
  /** 0: no process. */
  readonly pid: number;
  /** RFC 3339; undefined: not running, or unknown. */
  readonly since: string | undefined;
  readonly restarts: number;
}

/** One variable as its file says it and as the running process has it; undefined: not set there. */
export interface FileAndProcess {
  readonly file: string | undefined;
  /** Absent: there is no process to ask. */
  readonly process?: { readonly value: string | undefined };
}

export type ModelState =
  | { readonly kind: 'file'; readonly path: string; readonly sha256: string }
  | { readonly kind: 'unknown'; readonly path: string; readonly because: HostErrorCode | 'not_set' };
