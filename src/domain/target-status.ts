import type { CheckRunSummary } from './check-run.js';
import type { DrillFacts } from './drill.js';
import type { HaltKind, HaltState } from './halt.js';
import type { HostErrorCode } from './host-fault.js';
import type { Person } from './person.js';
import type { Promotion } from './promotion.js';
import type { ReleaseState, RequestState } from './release-state.js';
import type { WatchFacts } from './watch-record.js';

export interface TargetHalt {
  readonly kind: HaltKind;
  readonly state: HaltState;
  readonly by: Person;
  /** RFC 3339: when it was asked for. */
  readonly at: string;
}

/** Times are RFC 3339. */
export interface OpenRequest {
  readonly requestId: string;
  readonly state: RequestState;
  readonly by: Person;
  readonly at: string;
  /** The reason that its requester gave. */
  readonly reason: string;
}

/** What a release brings beside settings. */
export interface ReleaseBrings {
  readonly modelVersion: string | undefined;
  /** The name of the program's file. */
  readonly binary: string | undefined;
}

export interface RunningRelease extends ReleaseBrings {
  readonly releaseId: string;
  readonly state: ReleaseState;
  readonly by: Person;
  readonly at: string;
}

interface ConfirmedRelease extends ReleaseBrings {
  readonly releaseId: string;
  /** When it was confirmed. */
  readonly at: string;
}

/** What releases say of a target: its lock, what waits for a decision, what goes on, what was confirmed last. */
export interface TargetRelease {
  readonly lock:
    | {
        readonly by: Person;
        readonly reason: string;
        readonly at: string;
        /** null: until somebody unlocks. */
        readonly until: string | null;
      }
    | undefined;
  readonly openRequests: readonly OpenRequest[];
  readonly running: RunningRelease | undefined;
  readonly lastConfirmed: ConfirmedRelease | undefined;
  /** The newest halt of the strategy, as long as no release has begun since. */
  readonly halt?: TargetHalt | undefined;
}

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

type RunsOfTarget =
  /** The newest run of each kind; a kind that never ran is not in it. */
  { readonly kind: 'read'; readonly latest: readonly CheckRunSummary[] } | { readonly kind: 'unreachable' };

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
  /** How it is watched between releases; undefined: it is not, or nobody knows. */
  readonly watch?: WatchFacts | undefined;
  /** Its drills; undefined: nobody could read them. */
  readonly drill?: DrillFacts | undefined;
}
