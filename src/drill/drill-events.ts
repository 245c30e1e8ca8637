import type { EventToRecord } from '../audit/audit-trail.js';
import { THE_BOT } from '../domain/audit-event.js';
import { type Drill, tookMs } from '../domain/drill.js';
import type { Person } from '../domain/person.js';

type DrillEventKind = 'drill.begun' | 'drill.refused' | 'drill.seen' | 'drill.ended';

export interface DrillEvent extends EventToRecord {
  readonly kind: DrillEventKind;
}

const about = ({ strategy, target }: Pick<Drill, 'strategy' | 'target'>) => ({ strategy, target });

/** @param at RFC 3339, as below */
export const begunEvent = (drill: Drill, at: string): DrillEvent => ({
  ...about(drill),
  kind: 'drill.begun',
  actor: drill.requestedBy,
  at,
  details: { drillId: drill.drillId, drill: drill.kind },
});

export const refusedEvent = (
  drill: Pick<Drill, 'strategy' | 'target' | 'requestedBy'>,
  because: string,
  at: string,
): DrillEvent => ({
  ...about(drill),
  kind: 'drill.refused',
  actor: drill.requestedBy,
  at,
  details: { because },
});

export const seenEvent = (drill: Drill, by: Person, at: string): DrillEvent => ({
  ...about(drill),
  kind: 'drill.seen',
  actor: by,
  at,
  details: { drillId: drill.drillId },
});

export const endedEvent = (drill: Drill, at: string): DrillEvent => ({
  ...about(drill),
  kind: 'drill.ended',
  actor: THE_BOT,
  at,
  details: {
    drillId: drill.drillId,
    drill: drill.kind,
    haltId: drill.haltId,
    state: drill.state,
    tookMs: tookMs(drill) ?? null,
    parts: drill.parts.map(({ part, state, ms, because }) => ({ part, state, ms, because })),
  },
});
