import type { CheckContext, TradingQueries } from './check-context.js';
import { ProbeError } from './observation.js';

const CLOCK = 'SELECT clock_timestamp() AS as_of';
const CLOCK_TIMEOUT_MS = 5_000;

/**
 * The present moment by the trading database's own clock, which dates its rows: where the bot's clock is wrong, a window
 * that ends at the bot's moment leaves out the newest rows or promises more than it has seen.
 * @throws ProbeError `not_configured`; TradingDatabaseError
 */
export async function readMoment(trading: TradingQueries | undefined): Promise<Date> {
  const { rows } = await configured(trading).query({ text: CLOCK, values: [], timeoutMs: CLOCK_TIMEOUT_MS });
  const moment = new Date(String(rows[0]?.['as_of']));
  if (Number.isNaN(moment.getTime())) throw new Error('the trading database does not tell its clock');
  return moment;
}

/** @throws ProbeError where there is no trading database to ask. */
export function configured(trading: CheckContext['trading']): TradingQueries {
  if (trading !== undefined) return trading;
  const facts = { setting: 'TRADING_DATABASE_URL' };
  throw new ProbeError({ code: 'not_configured', facts }, 'TRADING_DATABASE_URL is not set');
}
