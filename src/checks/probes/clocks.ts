import { type ComparedClock, compareClocks } from '../../domain/clocks.js';
import type { CheckContext } from '../context/check-context.js';
import { lookAtClocks } from '../context/look-at-clocks.js';
import type { Observation } from '../context/observation.js';

export const CLOCK_COLUMNS = ['clock', 'ahead_secs', 'off_secs', 'error_secs', 'against'] as const;

/**
 * The clocks of bot, databases and hosts, a row each, and by how much it is off. One that gives no answer is a gap by
 * name, and hides no other.
 * @param toleranceSecs up to which difference two clocks agree
 */
export async function observeClocks(context: CheckContext, toleranceSecs: number): Promise<Observation> {
  const { clocks, unread } = await lookAtClocks(context);
  const names = unread.map(({ clock, code }) => `${clock} (${code})`);
  return {
    rows: compareClocks(clocks, toleranceSecs * 1000).map(rowOf),
    gaps: names.length === 0 ? [] : [{ code: 'clocks_unread', facts: { clocks: names } }],
    evidence: { probe: 'source', hosts: context.hosts.map(({ host }) => host.name) },
    observedAt: context.now().toISOString(),
  };
}

const rowOf = ({
  clock,
  aheadMs,
  errorMs,
  against,
}: ComparedClock): Record<(typeof CLOCK_COLUMNS)[number], string | number> => ({
  clock,
  ahead_secs: aheadMs / 1000,
  off_secs: Math.abs(aheadMs) / 1000,
  error_secs: errorMs / 1000,
  against,
});
