import type { Person } from '../domain/check-run.js';

/** What releases say of a target: its lock, what waits for a decision, and what was confirmed last. */
export interface TargetRelease {
  readonly lock: { readonly by: Person; readonly reason: string; readonly at: string } | undefined;
  readonly openRequests: readonly OpenRequest[];
  readonly lastConfirmed:
    | { readonly releaseId: string; readonly modelVersion: string; readonly at: string }
    | undefined;
}

export interface OpenRequest {
  readonly requestId: string;
  /** The state in the words of the release: `requested`, `approved`, `deploying`… */
  readonly state: string;
  readonly by: Person;
  /** RFC 3339. */
  readonly at: string;
  readonly summary: string;
}

/** Reads what releases know; status and Home show it. */
export interface ReleaseFacts {
  factsOf(target: string): Promise<TargetRelease>;
}
