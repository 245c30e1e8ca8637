import { classifyDatabaseError } from '../store/database-error.js';
import { DatabaseFaultError } from '../store/database-fault-error.js';

/** A query on the trading database gave no answer. */
export const isTradingFault = (error: unknown): error is DatabaseFaultError =>
  error instanceof DatabaseFaultError && error.database === 'trading';

/** @param timeoutMs named in the facts of a time-out */
export function toTradingDatabaseError(error: unknown, timeoutMs: number): DatabaseFaultError {
  if (isTradingFault(error)) return error;
  const { code, facts } = classifyDatabaseError(error);
  return new DatabaseFaultError('trading', code, code === 'timeout' ? { ...facts, timeoutMs } : facts);
}
