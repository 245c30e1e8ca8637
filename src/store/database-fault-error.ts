import type { DatabaseFault, DatabaseFaultFacts, DatabaseName } from '../domain/database-fault.js';

/** One of the two databases gave no answer. Its text is safe to show: no value, address or account. */
export class DatabaseFaultError extends Error {
  override readonly name = 'DatabaseFaultError';
  readonly database: DatabaseName;
  readonly code: DatabaseFault;
  readonly facts: DatabaseFaultFacts;

  constructor(
    database: DatabaseName,
    code: DatabaseFault,
    facts: DatabaseFaultFacts = {},
    options?: ErrorOptions,
  ) {
    const also = facts.sqlState ?? facts.systemCode;
    super(`The ${database} database gave no answer (${code}${also ? `, ${also}` : ''}).`, options);
    this.database = database;
    this.code = code;
    this.facts = facts;
  }
}
