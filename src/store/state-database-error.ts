import { classifyDatabaseError } from './database-error.js';
import { DatabaseFaultError } from './database-fault-error.js';

/** @returns the error itself where the list of faults does not know it. */
export function toStateDatabaseError(error: unknown): unknown {
  const { code, facts } = classifyDatabaseError(error);
  return code === 'other' ? error : new DatabaseFaultError('state', code, facts, { cause: error });
}
