import { refuseOtherServer } from '../../trading/source-state.js';
import type { TradingQueries } from './check-context.js';

/**
 * The trading database of one run. Behind an address that leads to several servers (a balancer, a name with many
 * addresses) one may be current and another stand still: the first that answers is the run's, and the answer of any other
 * is none. @throws DatabaseFaultError `other_server`
 */
export function fromOneServer(trading: TradingQueries): TradingQueries {
  let first: string | undefined;
  return {
    standbyMaxLagSecs: trading.standbyMaxLagSecs,
    async query(request) {
      const answer = await trading.query(request);
      first ??= answer.server;
      refuseOtherServer(answer.server, first);
      return answer;
    },
  };
}
