/**
 * What can go wrong between us and a PostgreSQL server: one closed list, so that each has its own sentence and none
 * needs the driver's text, which can hold values, addresses and account names.
 */
const DATABASE_FAULTS = [
  'unreachable',
  'timeout',
  'locked',
  'missing_table',
  'missing_column',
  'permission_denied',
  'starting',
  'too_many_connections',
  'authentication',
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
  'other',
] as const;
export type DatabaseFault = (typeof DATABASE_FAULTS)[number];

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

interface ClassifiedFault {
  readonly code: DatabaseFault;
  readonly facts: DatabaseFaultFacts;
}

const BY_STATE: Readonly<Record<string, DatabaseFault>> = {
  '25006': 'read_only_violation',
  '42501': 'permission_denied',
  '42703': 'missing_column',
  '42P01': 'missing_table',
  '3D000': 'unreachable',
  '3F000': 'missing_table',
  '53300': 'too_many_connections',
  '55P03': 'locked',
  '57014': 'timeout',
  '57P01': 'unreachable',
  '57P02': 'unreachable',
  '57P03': 'starting',
};

const BY_CLASS: Readonly<Record<string, DatabaseFault>> = {
  '08': 'unreachable',
  '28': 'authentication',
  '42': 'syntax',
};

const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ENOENT',
  'EACCES',
]);

/** Sorts an error of `pg` into the list. 57014 is a time-out here: what we cancel ourselves is known beforehand. */
export function classifyDatabaseError(error: unknown): ClassifiedFault {
  const { code, message = '' } = readError(error);
  if (code !== undefined && SYSTEM_CODES.has(code))
    return { code: 'unreachable', facts: { systemCode: code } };
  if (code === 'ETIMEDOUT') return { code: 'timeout', facts: { systemCode: code } };
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) {
    const fault = BY_STATE[code] ?? BY_CLASS[code.slice(0, 2)] ?? 'other';
    const relation = namedRelation(fault, message);
    return { code: fault, facts: { sqlState: code, ...(relation === undefined ? {} : { relation }) } };
  }
  // The driver gives these no code.
  if (/connection terminated|connection ended|not queryable/i.test(message))
    return { code: 'unreachable', facts: {} };
  if (/timeout/i.test(message)) return { code: 'timeout', facts: {} };
  if (/password must be a string|SASL|does not support SSL/i.test(message))
    return { code: 'authentication', facts: {} };
  return { code: 'other', facts: {} };
}

/** The server's text names the relation in quotes; nothing else of that text is handed on. */
function namedRelation(fault: DatabaseFault, message: string): string | undefined {
  if (fault !== 'missing_table' && fault !== 'missing_column' && fault !== 'permission_denied')
    return undefined;
  return /(?:relation|column|table|schema|view|function) "?([\w.$]+)"?/.exec(message)?.[1];
}

/** By shape and not by class: an error may come from another realm or another copy of the driver. */
function readError(error: unknown): { readonly code?: string; readonly message?: string } {
  if (typeof error !== 'object' || error === null) return {};
  // Several addresses of one name were tried: each has its own error, and the first tells enough.
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0)
    return readError(error.errors[0]);
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return 'message' in error && typeof error.message === 'string' ? { ...code, message: error.message } : code;
}
