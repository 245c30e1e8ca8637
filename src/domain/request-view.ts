import { z } from 'zod';
import type { StoredRun } from './check-run.js';
import type { Frozen } from './frozen.js';
import { instantSchema } from './instant.js';
import { personSchema } from './person.js';
import type { Quorum } from './quorum.js';
import type { Approval, ReleaseRequest } from './release-request.js';
import type { ReleaseState } from './release-state.js';
import type { ApprovalPolicy } from './target-policy.js';
import type { ValueOf } from './value-of.js';

export const incidentSchema = z.object({ haltId: z.uuid(), by: personSchema, at: instantSchema });
/** The halt that a request follows: who halted, and when (RFC 3339). */
export type Incident = ValueOf<typeof incidentSchema>;

/** Everything that a message about a request shows. */
export interface RequestView {
  readonly request: ReleaseRequest;
  /** Those that stand for what the request holds now, in their order. */
  readonly approvals: readonly Approval[];
  /** Who approved what it held before its evidence became worse, and has not decided since. */
  readonly dropped: readonly Approval[];
  /** undefined: Slack does not tell who the approvers are. */
  readonly quorum: Quorum | undefined;
  /** With the groups and users of other targets whose approval it takes. */
  readonly policy: ApprovalPolicy;
  /** While it waits: what keeps it from starting now. */
  readonly frozen: Frozen | undefined;
  /** Of the target's reports; empty: there is none. */
  readonly channel: string;
  /** What has become of its release; undefined: it has not started. */
  readonly outcome: ReleaseState | undefined;
  /** undefined: the run is gone. */
  readonly run: StoredRun | undefined;
  readonly incident: Incident | undefined;
}
