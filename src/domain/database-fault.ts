import { ownValue } from './own-value.js';

/**
 * What can go wrong between us and a PostgreSQL server: one closed list, so that each has its own sentence and way out,
 * and none needs the driver's text, which can hold values, addresses and account names.
 */
const DATABASE_FAULTS = [
  'unreachable',
  'timeout',
  'locked',
  'missing_table',
  'missing_column',
  'permission_denied',
  // Row-level security would leave rows out of the answer.
  'rows_withheld',
  'starting',
  'too_many_connections',
  'authentication',
  'not_admitted',
  'missing_database',
  // The settings of the connection's first message, by a pooler.
  'options_refused',
  // What is held on a connection is left to others, by a pooler.
  'sessions_shared',
  'tls_wanted',
  'tls_not_offered',
  'tls_failed',
  'certificate_untrusted',
  'certificate_host',
  'certificate_expired',
  'certificate_file',
  'cancelled',
  'syntax',
  'read_only_violation',
  'too_many_rows',
  'too_large',
  'volatile_function',
  'duplicate_column',
  // What answers cannot know the newest rows.
  'standby_not_asked',
  'standby_paused',
  'standby_lag_unknown',
  'standby_behind',
  // Several servers stand behind one address.
  'other_server',
  'recovery_conflict',
  'other',
] as const;
export type DatabaseFault = (typeof DATABASE_FAULTS)[number];

/** No later try will find it better: somebody has to mend an address, the server or what stands before it. */
export const NEEDS_MENDING: ReadonlySet<string> = new Set([
  'authentication',
  'not_admitted',
  'missing_database',
  'options_refused',
  'sessions_shared',
  'tls_wanted',
  'tls_not_offered',
  'tls_failed',
  'certificate_untrusted',
  'certificate_host',
  'certificate_expired',
  'certificate_file',
]);

/** Of the two databases that the bot talks to: the trading system's, and the one of its own state. */
export type DatabaseName = 'trading' | 'state';

/** A fault of one of the two, as it is told. */
export interface DatabaseFaultOf {
  readonly database: DatabaseName;
  readonly fault: DatabaseFault;
  readonly of: DatabaseFaultFacts;
}

/** What a sentence about a fault may name. Never a value, an address or an account. */
export interface DatabaseFaultFacts {
  /** PostgreSQL's five characters (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
  readonly sqlState?: string;
  /** The system's own code, e.g. `ECONNREFUSED`. */
  readonly systemCode?: string;
  /** The table, column or function that is missing or refused, as the server names it. */
  readonly relation?: string;
  readonly timeoutMs?: number;
  /** The bounds that an answer went beyond. */
  readonly maxRows?: number;
  readonly maxBytes?: number;
}

/** A fact of a fault as text; empty where it has none. */
type DatabaseFact = (name: keyof DatabaseFaultFacts) => string;

/** What went wrong, without a full stop. @param name of the database */
export type DatabaseFaults = Readonly<
  Record<DatabaseFault, (fact: DatabaseFact, name: DatabaseName) => string>
>;

/** What to do about it, in whole sentences. What is missing here needs nothing but another try. */
export type DatabaseWaysOut = Readonly<Partial<Record<DatabaseFault, (name: DatabaseName) => string>>>;

/** @param fact also `code`: stored runs may hold a code that this version does not know */
export const sayDatabaseFault = (
  faults: DatabaseFaults,
  fact: (name: string) => string,
  name: DatabaseName,
): string => (ownValue(faults, fact('code')) ?? faults.other)(fact, name);

/** The same of a fault with its facts. */
export const toldFault = (faults: DatabaseFaults, { fault, of, database }: DatabaseFaultOf): string =>
  (ownValue(faults, fault) ?? faults.other)((name) => String(of[name] ?? ''), database);

/** The variable that leads to it. */
export const addressOf = (name: DatabaseName): string =>
  name === 'state' ? 'DATABASE_URL' : 'TRADING_DATABASE_URL';
