import { METRIC_NAMES, type MetricName, MORE_IS_BETTER } from '../domain/model-metrics.js';
import type { ModelMeta } from './model-meta.js';

/** One metric of a candidate beside the running model's. */
interface MetricComparison {
  readonly name: MetricName;
  readonly candidate: number | undefined;
  readonly running: number | undefined;
  /** By how much the candidate is worse; below 0 it is better. undefined: one of the two is missing. */
  readonly loss: number | undefined;
}

/**
 * The metrics side by side. Models of different horizons answer different questions, and of one that tells no horizon
 * nobody knows which: then nothing is compared.
 */
export function compareMetrics(
  candidate: Pick<ModelMeta, 'horizon' | 'metrics'>,
  running: Pick<ModelMeta, 'horizon' | 'metrics'> | undefined,
): readonly MetricComparison[] {
  const comparable =
    running !== undefined && candidate.horizon !== undefined && running.horizon === candidate.horizon;
  return METRIC_NAMES.map((name) => {
    const ours = candidate.metrics[name];
    const theirs = comparable ? running.metrics[name] : undefined;
    return { name, candidate: ours, running: theirs, loss: lossOf(name, ours, theirs) };
  });
}

function lossOf(name: MetricName, candidate?: number, running?: number): number | undefined {
  if (candidate === undefined || running === undefined) return undefined;
  return MORE_IS_BETTER[name] ? running - candidate : candidate - running;
}

/** The metric that lost most; undefined where nothing could be compared. */
export function worstLoss(
  comparisons: readonly MetricComparison[],
): { readonly name: MetricName; readonly loss: number } | undefined {
  return comparisons
    .flatMap(({ name, loss }) => (loss === undefined ? [] : [{ name, loss }]))
    .toSorted((a, b) => b.loss - a.loss)[0];
}

/** What the running model tells of itself and the candidate does not: nobody knows whether it became worse. */
export const untoldMetrics = (comparisons: readonly MetricComparison[]): readonly MetricName[] =>
  comparisons.flatMap(({ name, candidate, running }) =>
    candidate === undefined && running !== undefined ? [name] : [],
  );
