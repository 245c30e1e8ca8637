import type { DatabaseFault, DatabaseFaultFacts } from '../domain/database-fault.js';
import { classifyDatabaseError } from '../store/database-error.js';

/** A query on the trading database that gave no answer. Its text is safe to show: no value, address or account. */
export class TradingDatabaseError extends Error {
  override readonly name = 'TradingDatabaseError';
  readonly code: DatabaseFault;
  readonly facts: DatabaseFaultFacts;

  constructor(code: DatabaseFault, facts: DatabaseFaultFacts = {}) {
    super(`The trading database gave no answer (${code}${facts.sqlState ? `, ${facts.sqlState}` : ''}).`);
    this.code = code;
    this.facts = facts;
  }
}

/** @param timeoutMs named in the facts of a time-out */
export function toTradingDatabaseError(error: unknown, timeoutMs: number): TradingDatabaseError {
  if (error instanceof TradingDatabaseError) return error;
  const { code, facts } = classifyDatabaseError(error);
  return new TradingDatabaseError(code, code === 'timeout' ? { ...facts, timeoutMs } : facts);
}
