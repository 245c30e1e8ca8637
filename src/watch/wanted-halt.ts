import type { CheckRun } from '../domain/check-run.js';
import { lookOf } from '../domain/watch.js';
import { failedIn } from '../domain/watch-episode.js';
import type { Watch } from '../domain/watch-record.js';
import type { StandingWatch } from '../runbook/targets-schema.js';

const AT_LEAST_MS = 120_000;

/**
 * Why a halt that was decided in the look before is not carried out now; undefined: it is. One of its checks must be
 * listed still and fail still, and the decision be young: two intervals, two minutes at least.
 */
export function whyNoHalt(
  { haltWanted, lookedAt }: Pick<Watch, 'haltWanted' | 'lookedAt'>,
  { halt, everySecs }: Pick<StandingWatch, 'halt' | 'everySecs'>,
  runs: readonly CheckRun[],
  now: Date,
): 'old' | 'not_listed' | 'not_failing' | undefined {
  const youngMs = Math.max(AT_LEAST_MS, 2 * everySecs * 1_000);
  if (lookedAt === null || now.getTime() - Date.parse(lookedAt) > youngMs) return 'old';
  const listed = (haltWanted?.troubles ?? []).filter(({ id }) => halt.includes(id));
  if (listed.length === 0) return 'not_listed';
  const failing = failedIn(lookOf(runs, now.toISOString()).troubles);
  return listed.some(({ id }) => failing.includes(id)) ? undefined : 'not_failing';
}
