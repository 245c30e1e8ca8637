import type { Target } from '../runbook/targets.js';
import type { Venue } from '../venue/venue.js';
import type { TradingLook } from './trading-look.js';

/**
 * The venue of a strategy whose exits go on: what rests there without being a known exit, told by the records. Nothing is
 * cancelled or closed, because its programs tell exits from entries no more than the venue does.
 * @param trading undefined, or no answer: every order counts
 */
export function entriesAtVenue(
  venue: Venue,
  target: Pick<Target, 'accountId' | 'dryRun'>,
  trading: Pick<TradingLook, 'exitsAmong'> | undefined,
): Venue {
  return {
    async openOrders(signal) {
      const orders = await venue.openOrders(signal);
      if (orders.length === 0 || trading === undefined) return orders;
      const ids = orders.map(({ id }) => id);
      const exits = await trading.exitsAmong(target, ids).catch(() => new Set<string>());
      return orders.filter(({ id }) => !exits.has(id));
    },
    cancelOrders: undefined,
    positions: undefined,
    flatten: undefined,
  };
}
