import type { Halt, HaltState } from '../domain/halt.js';
import type { Person } from '../domain/person.js';
import type { ReleaseState, RequestState } from '../domain/release-state.js';
import { selectLatestHalt } from '../halt/halt-queries.js';
import { selectLock } from '../release/store/locks.js';
import { selectLiveRequest } from '../release/store/requests.js';
import type { Queryable } from '../store/queryable.js';
import { type ReleaseFactsRow, selectReleaseFacts } from './release-facts-row.js';

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

interface TargetHalt {
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

/** Reads what releases know; status and Home show it. */
export interface ReleaseFacts {
  factsOf(target: string): Promise<TargetRelease>;
}

export function createReleaseFacts(database: Queryable, strategy: string): ReleaseFacts {
  return {
    async factsOf(target) {
      const [lock, request, releases, halted] = await Promise.all([
        selectLock(database, strategy, target),
        selectLiveRequest(database, strategy, target),
        selectReleaseFacts(database, strategy, target),
        selectLatestHalt(database, strategy, target),
      ]);
      const confirmed = releases.find(({ which }) => which === 'confirmed');
      return {
        lock: lock && { by: lock.holder, reason: lock.reason, at: lock.takenAt, until: lock.until },
        // One that is being carried out is the running release.
        openRequests:
          request === undefined || request.state === 'executing'
            ? []
            : [
                {
                  requestId: request.requestId,
                  state: request.state,
                  by: request.requestedBy,
                  at: request.createdAt,
                  reason: request.reason,
                },
              ],
        running: runningOf(releases.find(({ which }) => which === 'live')),
        lastConfirmed: confirmed && {
          releaseId: confirmed.releaseId,
          ...bringsOf(confirmed),
          at: confirmed.endedAt ?? confirmed.startedAt,
        },
        halt: haltOf(halted?.halt),
      };
    },
  };
}

function runningOf(row: ReleaseFactsRow | undefined): RunningRelease | undefined {
  if (row === undefined) return undefined;
  const { releaseId, state, by, startedAt } = row;
  return { releaseId, state, by, ...bringsOf(row), at: startedAt };
}

const bringsOf = ({ modelVersion, binary }: ReleaseFactsRow): ReleaseBrings => ({
  modelVersion: modelVersion ?? undefined,
  binary: binary ?? undefined,
});

/** A model that was put back halts nothing; what a release has followed is history. */
function haltOf(halt: Halt | undefined): TargetHalt | undefined {
  if (halt === undefined || halt.kind === 'previous_model' || halt.laterRelease !== undefined)
    return undefined;
  return { state: halt.state, by: halt.requestedBy, at: halt.requestedAt };
}
