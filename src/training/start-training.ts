import type { Locale } from '../domain/localized.js';
import type { Person } from '../domain/person.js';
import type { Training } from '../domain/training.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Target, Targets } from '../runbook/targets.js';
import type { TrainingDefinition } from '../runbook/training.js';
import type { Clock } from '../time/clock.js';
import { whyNotWritable } from './judge-training.js';
import { modelNameOf } from './trainer-command.js';
import type { TrainingEvent } from './training-events.js';
import { existingTraining, type TrainingStore } from './training-store.js';

export interface TrainingRequest {
  readonly horizon: string;
  /** For which the model is trained and judged; the runbook's unless given. */
  readonly target?: string | undefined;
  /** The runbook's default unless given. */
  readonly lookbackHours?: number | undefined;
  readonly requestedBy: Person;
  readonly locale: Locale;
  /** Set: start although the data checks do not pass. */
  readonly overrideReason?: string | undefined;
}

export type TrainingAnswer =
  | { readonly kind: 'started'; readonly training: Training }
  /** One of this horizon goes on already. */
  | { readonly kind: 'busy'; readonly training: Training }
  | { readonly kind: 'no_training' }
  | { readonly kind: 'unknown_horizon'; readonly asked: string; readonly known: readonly string[] }
  | { readonly kind: 'lookback_out_of_range'; readonly most: number }
  | { readonly kind: 'no_staging'; readonly target: string }
  | {
      readonly kind: 'staging_not_writable';
      readonly target: string;
      readonly folder: string;
      readonly code: string;
    };

export interface StartOptions {
  readonly runbook: Runbook;
  readonly targets: Targets;
  readonly store: Pick<TrainingStore, 'insert' | 'get' | 'live'>;
  /** Tells this machine from others that share the database. */
  readonly machine: () => Promise<string>;
  readonly newId: () => string;
  readonly clock: Clock;
}

/** Notes a training, where nothing speaks against it; whoever follows it starts its trainer. */
export async function startTraining(
  options: StartOptions,
  request: TrainingRequest,
): Promise<TrainingAnswer> {
  const { runbook, targets, store, clock, machine } = options;
  const definition = runbook.training;
  if (definition === undefined) return { kind: 'no_training' };
  const answer = await refusalOf(request, definition, targets);
  if ('kind' in answer) return answer;
  const createdAt = new Date(clock.now());
  const trainingId = options.newId();
  const isNew = await store.insert({
    trainingId,
    strategy: runbook.strategy,
    target: answer.name,
    horizon: request.horizon,
    lookbackHours: request.lookbackHours ?? definition.lookbackHours,
    modelName: modelNameOf(definition.modelName, request.horizon, createdAt),
    machine: await machine(),
    requestedBy: request.requestedBy,
    locale: request.locale,
    overrideReason: request.overrideReason ?? null,
    createdAt: createdAt.toISOString(),
  });
  if (isNew) return { kind: 'started', training: await existingTraining(store, trainingId) };
  const live = await store.live(runbook.strategy);
  const busy = live.find(({ horizon }) => horizon === request.horizon);
  // It ended in this moment: the next try is free.
  return busy === undefined ? startTraining(options, request) : { kind: 'busy', training: busy };
}

/** What the audit trail says of it. */
export function refusedStart(
  strategy: string,
  { requestedBy, horizon, target, lookbackHours, overrideReason }: TrainingRequest,
  answer: Exclude<TrainingAnswer, { kind: 'started' }> | { readonly kind: 'forbidden' },
  at: Date,
): TrainingEvent {
  const going = answer.kind === 'busy' ? answer.training.trainingId : undefined;
  return {
    kind: 'training.refused',
    strategy,
    target: target ?? null,
    actor: requestedBy,
    at: at.toISOString(),
    reason: overrideReason ?? null,
    details: { because: answer.kind, horizon, lookbackHours, goingOn: going },
  };
}

async function refusalOf(
  { horizon, target: asked, lookbackHours }: TrainingRequest,
  definition: TrainingDefinition,
  { targets, defaultTarget }: Targets,
): Promise<Exclude<TrainingAnswer, { kind: 'started' | 'busy' }> | Target> {
  if (!definition.horizons.includes(horizon))
    return { kind: 'unknown_horizon', asked: horizon, known: definition.horizons };
  const hours = lookbackHours ?? definition.lookbackHours;
  if (!Number.isInteger(hours) || hours < 1 || hours > definition.maxLookbackHours) {
    return { kind: 'lookback_out_of_range', most: definition.maxLookbackHours };
  }
  const name = asked ?? definition.target ?? defaultTarget;
  const target = targets.get(name);
  const folder = target?.staging;
  const code = folder === undefined ? 'ENOENT' : await whyNotWritable(folder);
  if (target === undefined || folder === undefined || code === 'ENOENT' || code === 'ENOTDIR') {
    return { kind: 'no_staging', target: name };
  }
  return code === undefined ? target : { kind: 'staging_not_writable', target: name, folder, code };
}
