import type { Person } from '../domain/person.js';

/** What happens to requests and locks, for the audit trail. */
const RELEASE_EVENTS = [
  'release.requested',
  'release.refused',
  'release.approved',
  'release.rejected',
  'release.approval_taken_back',
  'release.approvals_dropped',
  'release.evidence_renewed',
  'release.quorum_reached',
  'release.quorum_lost',
  'release.withdrawn',
  'release.expired',
  'release.invalidated',
  'release.started',
  'release.step',
  'release.state',
  'release.cancel_requested',
  'release.step_answered',
  'release.glass_broken',
  'release.glass_reviewed',
  'lock.taken',
  'lock.released',
  'lock.refused',
] as const;
export type ReleaseEventKind = (typeof RELEASE_EVENTS)[number];

export interface ReleaseEvent {
  readonly kind: ReleaseEventKind;
  readonly strategy: string;
  readonly target: string;
  readonly actor: Person;
  /** RFC 3339. */
  readonly at: string;
  readonly reason?: string;
  /** Ids, before and after. Never a secret. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Writes to the audit trail. Must not fail what it records: a trail that is away keeps its own journal. */
export type RecordEvent = (event: ReleaseEvent) => Promise<void>;
