import {
  SERVER_CLOCK,
  type ServerClock,
  type ServerMoment,
  serverMomentOf,
} from '../../store/server-moment.js';
import { readClock } from '../../time/read-clock.js';
import type { CheckContext, TradingQueries } from './check-context.js';
import { ProbeError } from './observation.js';

const CLOCK_TIMEOUT_MS = 5_000;

/**
 * The present moment by the trading database's own clock, which dates its rows: where the bot's clock is wrong, a window
 * that ends at the bot's moment leaves out the newest rows or promises more than it has seen.
 * @throws ProbeError `not_configured`; DatabaseFaultError
 */
async function readMoment(trading: TradingQueries | undefined): Promise<ServerMoment> {
  const request = { text: SERVER_CLOCK, values: [], timeoutMs: CLOCK_TIMEOUT_MS };
  return serverMomentOf((await configured(trading).query(request)).rows);
}

/** The same beside the bot's clock. @param ask in the place of the trading database's clock */
export const readTradingClock = (
  { trading, now }: Pick<CheckContext, 'trading' | 'now'>,
  ask: (() => Promise<Date>) | undefined,
): Promise<ServerClock> =>
  readClock(
    ask === undefined ? () => readMoment(trading) : async () => ({ at: await ask(), errorMs: 0, server: '' }),
    () => now().getTime(),
  );

/** @throws ProbeError where there is no trading database to ask. */
export function configured(trading: CheckContext['trading']): TradingQueries {
  if (trading !== undefined) return trading;
  const facts = { setting: 'TRADING_DATABASE_URL' };
  throw new ProbeError({ code: 'not_configured', facts }, 'TRADING_DATABASE_URL is not set');
}
