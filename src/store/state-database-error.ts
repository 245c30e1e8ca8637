import type { DatabaseFault, DatabaseFaultFacts } from '../domain/database-fault.js';
import { classifyDatabaseError } from './database-error.js';

/** The bot's own database could not be opened. Its text is safe to show: no value, address or account. */
export class StateDatabaseError extends Error {
  override readonly name = 'StateDatabaseError';
  readonly code: DatabaseFault;
  readonly facts: DatabaseFaultFacts;

  constructor(code: DatabaseFault, facts: DatabaseFaultFacts, options?: ErrorOptions) {
    super(
      `The bot's own database could not be opened (${facts.sqlState ?? facts.systemCode ?? code}).`,
      options,
    );
    this.code = code;
    this.facts = facts;
  }
}

/** @returns the error itself where the list of faults does not know it. */
export function toStateDatabaseError(error: unknown): unknown {
  const { code, facts } = classifyDatabaseError(error);
  return code === 'other' ? error : new StateDatabaseError(code, facts, { cause: error });
}
