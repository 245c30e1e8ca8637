import type { Halt } from '../domain/halt.js';
import { type Clock, withTimeout } from '../time/clock.js';
import { ASK_TIMEOUT_MS } from './halt-replicas.js';
import type { HaltStore } from './halt-store.js';
import type { OpenHaltFiles } from './open-halt-file.js';
import type { StrategyFacts } from './strategy-facts.js';

export interface LatestHalt {
  readonly halt: Halt | undefined;
  /** The database did not say: there may be a newer one. */
  readonly isUncertain: boolean;
}

export interface LatestHaltOptions {
  readonly facts: StrategyFacts;
  readonly files: OpenHaltFiles;
  readonly store: HaltStore | undefined;
  /** Of a process that only looks into the database; the store's own unless given. */
  readonly latestStored?: HaltStore['latest'] | undefined;
  readonly clock: Clock;
}

/** The newest halt of a target on this machine's disk and in the database. */
export async function latestHalt(target: string, options: LatestHaltOptions): Promise<LatestHalt> {
  const { facts, files, store, latestStored = store?.latest, clock } = options;
  const stored = latestStored?.(facts.strategy, target).then(
    (halt) => ({ halt }),
    () => undefined,
  );
  const [answer, onDisk] = await Promise.all([
    withTimeout(clock, ASK_TIMEOUT_MS, stored ?? Promise.resolve(undefined)),
    files.list(),
  ]);
  const isOfTarget = (halt: Halt) => halt.strategy === facts.strategy && halt.target === target;
  const known = [...onDisk.map(({ halt }) => halt).filter(isOfTarget), answer?.halt];
  const [halt] = known
    .flatMap((one) => one ?? [])
    .sort((one, other) => (one.requestedAt < other.requestedAt ? 1 : -1));
  return { halt, isUncertain: answer === undefined };
}
