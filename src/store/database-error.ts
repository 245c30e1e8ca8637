import type { DatabaseFault, DatabaseFaultFacts } from '../domain/database-fault.js';

interface ClassifiedFault {
  readonly code: DatabaseFault;
  readonly facts: DatabaseFaultFacts;
}

const BY_STATE: Readonly<Record<string, DatabaseFault>> = {
  '25006': 'read_only_violation',
  '42501': 'permission_denied',
  '42703': 'missing_column',
  '42P01': 'missing_table',
  '3D000': 'missing_database',
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

/** What several faults share a state for, and what the driver gives no code: the server's or the driver's own words. */
const BY_WORDS: readonly (readonly [RegExp, DatabaseFault])[] = [
  // PgBouncer; RDS Proxy.
  [/unsupported startup parameter|command-line options/i, 'options_refused'],
  [/conflict with recovery/i, 'recovery_conflict'],
  [/row-level security/i, 'rows_withheld'],
  [/pg_hba\.conf (?:entry|rejects).*(?:no encryption|SSL off)/i, 'tls_wanted'],
  // Poolers and hosted servers.
  [/\b(?:SSL|TLS)\b[^.]{0,40}\brequired\b|\brequires? (?:SSL|TLS)\b/i, 'tls_wanted'],
  [/pg_hba\.conf (?:entry|rejects)/i, 'not_admitted'],
  [/does not support SSL/i, 'tls_not_offered'],
  [/establishing an SSL connection/i, 'tls_failed'],
];

/** Node's and OpenSSL's codes for a certificate (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const BY_CERTIFICATE_CODE: Readonly<Record<string, DatabaseFault>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate_untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate_untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate_untrusted',
  CERT_SIGNATURE_FAILURE: 'certificate_untrusted',
  CERT_UNTRUSTED: 'certificate_untrusted',
  INVALID_CA: 'certificate_untrusted',
  CERT_HAS_EXPIRED: 'certificate_expired',
  CERT_NOT_YET_VALID: 'certificate_expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_host',
  HOSTNAME_MISMATCH: 'certificate_host',
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
  const { code = '', message = '', syscall } = readError(error);
  const worded = BY_WORDS.find(([words]) => words.test(message))?.[1];
  if (SQL_STATE.test(code)) {
    const fault = worded ?? BY_STATE[code] ?? BY_CLASS[code.slice(0, 2)] ?? 'other';
    return { code: fault, facts: { sqlState: code, ...relationOf(fault, message) } };
  }
  if (code !== '') {
    const fault = ofSystem(code, syscall) ?? worded;
    if (fault !== undefined) return { code: fault, facts: { systemCode: code } };
  }
  // The driver gives these no code.
  const fault = worded ?? DRIVER_WORDS.find(([words]) => words.test(message))?.[1] ?? 'other';
  return { code: fault, facts: {} };
}

const SQL_STATE = /^[0-9A-Z]{5}$/;

/** What reading from a connection ends with, and from a file never. */
const OF_A_CONNECTION = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH']);

function ofSystem(code: string, syscall: string | undefined): DatabaseFault | undefined {
  // The file of a certificate; of a socket that is not there the call is `connect`.
  if (syscall === 'open' || (syscall === 'read' && !OF_A_CONNECTION.has(code))) return 'certificate_file';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return 'tls_failed';
  return SYSTEM_CODES.has(code) ? 'unreachable' : BY_CERTIFICATE_CODE[code];
}

const DRIVER_WORDS: readonly (readonly [RegExp, DatabaseFault])[] = [
  [/timeout/i, 'timeout'],
  [/connection terminated|connection ended|not queryable/i, 'unreachable'],
  [/password must be a string|SASL/i, 'authentication'],
];

const NAMES_RELATION: ReadonlySet<DatabaseFault> = new Set([
  'missing_table',
  'missing_column',
  'permission_denied',
  'rows_withheld',
]);

/** The server's text names the relation in quotes; nothing else of that text is handed on. */
function relationOf(fault: DatabaseFault, message: string): Pick<DatabaseFaultFacts, 'relation'> {
  if (!NAMES_RELATION.has(fault)) return {};
  const relation = /(?:relation|column|table|schema|view|function) "?([\w.$]+)"?/.exec(message)?.[1];
  return relation === undefined ? {} : { relation };
}

interface ErrorParts {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** Of Node's own errors: what the system was asked for. */
  readonly syscall?: string | undefined;
}

/** By shape and not by class: an error may come from another realm or another copy of the driver. */
function readError(error: unknown): ErrorParts {
  if (typeof error !== 'object' || error === null) return {};
  // Several addresses of one name were tried: each has its own error, and the first tells enough.
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0)
    return readError(error.errors[0]);
  const textOf = (name: string): string | undefined => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' ? value : undefined;
  };
  return { code: textOf('code'), message: textOf('message'), syscall: textOf('syscall') };
}
