import { createHash } from 'node:crypto';
import { THE_BOT } from '../domain/audit-event.js';
import type { CheckResult } from '../domain/check-run.js';
import type { Person } from '../domain/person.js';
import { stoppingChecks } from '../domain/stopping-checks.js';
import type { Training } from '../domain/training.js';
import type { TrainingChange } from './training-store.js';

/** What happens to trainings, for the audit trail. */
type TrainingEventKind =
  | 'training.requested'
  | 'training.refused'
  | 'training.overridden'
  | 'training.started'
  | 'training.cancel_requested'
  | 'training.ended';

export interface TrainingEvent {
  /** The same whoever tells it, so that one that is told again after a crash stands once. */
  readonly eventId?: string;
  readonly kind: TrainingEventKind;
  readonly strategy: string;
  readonly target: string | null;
  readonly actor: Person;
  /** RFC 3339. */
  readonly at: string;
  readonly reason?: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Writes to the audit trail. */
export type RecordTraining = (event: TrainingEvent) => Promise<void>;

type Told = Pick<TrainingEvent, 'actor' | 'at' | 'reason'> & { readonly details?: TrainingEvent['details'] };

function eventOf(kind: TrainingEventKind, training: Training, { details, ...told }: Told): TrainingEvent {
  const { trainingId, strategy, target, horizon, modelName } = training;
  return {
    eventId: idOf(trainingId, kind),
    kind,
    strategy,
    target,
    ...told,
    details: { trainingId, horizon, modelName, ...details },
  };
}

export const requestedEvent = (training: Training): TrainingEvent =>
  eventOf('training.requested', training, {
    actor: training.requestedBy,
    at: training.createdAt,
    reason: training.overrideReason,
    details: { lookbackHours: training.lookbackHours, machine: training.machine },
  });

/** A person took the checks that stop it upon themselves. */
export const overriddenEvent = (training: Training, checks: readonly CheckResult[], at: string) =>
  eventOf('training.overridden', training, {
    actor: training.requestedBy,
    at,
    reason: training.overrideReason,
    details: { checks: outcomesOf(stoppingChecks(checks)) },
  });

export const startedEvent = (training: Training, checks: readonly CheckResult[], at: string) =>
  eventOf('training.started', training, { actor: THE_BOT, at, details: { checks: outcomesOf(checks) } });

export const cancelEvent = (training: Training, actor: Person, at: string): TrainingEvent =>
  eventOf('training.cancel_requested', training, { actor, at });

/** How it ended; `refused` where the data checks did not let it start. */
export function endedEvent(training: Training, change: TrainingChange, at: string): TrainingEvent {
  const { state, checks = [], result, failure } = change;
  if (state === 'refused') {
    const details = { because: 'data_checks', checks: outcomesOf(stoppingChecks(checks)) };
    return eventOf('training.refused', training, { actor: THE_BOT, at, details });
  }
  const gate = result && {
    outcome: result.check.outcome,
    fault: result.check.observed[0]?.['fault'] ?? null,
  };
  const file = result && { sha256: result.sha256, size: result.size, stagedAs: result.stagedAs };
  const details = { state, failure, gate, ...file, cancelledBy: training.cancelRequested?.id };
  return eventOf('training.ended', training, { actor: THE_BOT, at, details });
}

const outcomesOf = (checks: readonly CheckResult[]) => checks.map(({ id, outcome }) => ({ id, outcome }));

/** A UUID (version 8) of what the event is about. */
function idOf(trainingId: string, kind: TrainingEventKind): string {
  const hex = createHash('sha256').update(`${trainingId} ${kind}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
