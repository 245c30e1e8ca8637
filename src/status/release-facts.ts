import type { Halt } from '../domain/halt.js';
import type { ReleaseBrings, RunningRelease, TargetHalt, TargetRelease } from '../domain/target-status.js';
import { selectLatestTurnOff } from '../halt/halt-queries.js';
import { selectLock } from '../release/store/locks.js';
import { selectLiveRequest } from '../release/store/requests.js';
import type { Queryable } from '../store/queryable.js';
import { type ReleaseFactsRow, selectReleaseFacts } from './release-facts-row.js';

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
        selectLatestTurnOff(database, strategy, target),
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

/** What a release has followed is history. */
function haltOf(halt: Halt | undefined): TargetHalt | undefined {
  if (halt === undefined || halt.laterRelease !== undefined) return undefined;
  return { kind: halt.kind, state: halt.state, by: halt.requestedBy, at: halt.requestedAt };
}
