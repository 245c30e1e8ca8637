import {
  addressOf,
  type DatabaseFaults,
  type DatabaseName,
  type DatabaseWaysOut,
} from '../../../src/domain/database-fault.js';
import { ownValue } from '../../../src/domain/own-value.js';

const the = (name: DatabaseName): string =>
  name === 'state' ? 'The bot’s own database' : 'The trading database';

const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'does not answer: no machine has the name in its address (ENOTFOUND)',
  EAI_AGAIN: 'does not answer: the name in its address cannot be looked up now (EAI_AGAIN)',
  ECONNREFUSED: 'does not answer: nothing listens at that address and port (ECONNREFUSED)',
  EHOSTUNREACH: 'does not answer: no way leads to its address (EHOSTUNREACH)',
  ENETUNREACH: 'does not answer: no way leads to its address (ENETUNREACH)',
};

export const databaseFault: DatabaseFaults = {
  unreachable: (fact, name) =>
    `${the(name)} ${ownValue(UNREACHABLE, fact('systemCode')) ?? 'does not answer'}`,
  timeout: (fact, name) =>
    fact('timeoutMs') === ''
      ? `${the(name)} did not answer in time`
      : `${the(name)} did not answer within ${Number(fact('timeoutMs')) / 1000} s`,
  locked: (_fact, name) =>
    name === 'trading'
      ? 'A table of the trading database is locked (the trading system may be starting)'
      : 'A table of the bot’s own database is locked',
  missing_table: (fact, name) =>
    `The table ${fact('relation') || 'that is asked for'} does not exist yet in ${lower(name)}`,
  missing_column: (fact, name) =>
    `The column ${fact('relation') || 'that is asked for'} does not exist in ${lower(name)}`,
  permission_denied: (fact, name) =>
    `The bot’s role may not use ${fact('relation') || 'a table'} of ${lower(name)}`,
  rows_withheld: (fact, name) =>
    `Row-level security keeps rows of ${fact('relation') || 'a table'} of ${lower(name)} from the bot’s role, so what is missing proves nothing`,
  starting: (_fact, name) =>
    `${the(name)} is starting or shutting down, or is a standby that answers nobody (57P03)`,
  too_many_connections: (_fact, name) =>
    `All connections to ${lower(name)} are taken: of the bot’s role (another replica or a terminal uses them), of the database or of the server (53300)`,
  authentication: (_fact, name) => `${the(name)} refused the bot’s user or password`,
  not_admitted: (_fact, name) =>
    `${the(name)} does not let the bot’s user in from this machine (no line of pg_hba.conf admits it)`,
  missing_database: (_fact, name) => `${the(name)} does not exist on that server (3D000)`,
  options_refused: (_fact, name) =>
    `A pooler stands before ${lower(name)}, and refuses the settings that the bot’s connections begin with (08P01)`,
  sessions_shared: (_fact, name) =>
    `A pooler stands before ${lower(name)} that shares its sessions between clients (transaction or statement pooling): nobody would notice that a bot has died`,
  tls_wanted: (_fact, name) => `${the(name)} takes connections with TLS only, and the bot came without`,
  tls_not_offered: (_fact, name) => `${the(name)} offers no TLS, and its address asks for it`,
  tls_failed: (fact, name) => `TLS with ${lower(name)} failed${inBrackets(fact('systemCode'))}`,
  certificate_untrusted: (fact, name) =>
    `The certificate of ${lower(name)} is signed by nobody whom this machine trusts${inBrackets(fact('systemCode'))}`,
  certificate_host: (_fact, name) =>
    `The certificate of ${lower(name)} is for another host than the one in the address`,
  certificate_expired: (fact, name) =>
    `The certificate of ${lower(name)} has expired or is not valid yet${inBrackets(fact('systemCode'))}`,
  certificate_file: (fact, name) =>
    `A file that the address of ${lower(name)} names (sslrootcert, sslcert, sslkey) cannot be read${inBrackets(fact('systemCode'))}`,
  cancelled: () => 'The query was cancelled',
  syntax: (_fact, name) => `${the(name)} does not understand the query`,
  read_only_violation: () => 'The query tried to write, which is refused',
  too_many_rows: (fact) =>
    `The answer has more than ${fact('maxRows')} rows, which is no answer: let the query count, or limit it`,
  too_large: (fact) =>
    `The answer is larger than ${Number(fact('maxBytes')) / 1024 ** 2} MiB, which is no answer: ask for fewer rows or columns`,
  volatile_function: (fact) =>
    `The query calls ${fact('relation')}, which PostgreSQL calls volatile (it may have an effect), so it was not run`,
  duplicate_column: (fact) =>
    `Two columns of the answer are called ${fact('relation')}: give each a name of its own`,
  standby_not_asked: () =>
    'A standby answers in the place of the trading database, and nobody asked for one (`TRADING_DATABASE_STANDBY_MAX_LAG_SECS`)',
  standby_paused: () => 'The replay of the standby is paused: it does not know what happened since',
  standby_lag_unknown: () => 'Nobody can tell how far the standby lags',
  standby_behind: () => 'The standby lags by more than `TRADING_DATABASE_STANDBY_MAX_LAG_SECS`',
  other_server: () =>
    'Another server answered than the one that the rest was asked of: several stand behind `TRADING_DATABASE_URL`, or it was started anew meanwhile',
  recovery_conflict: () =>
    'The standby ended the query, which stood in the way of what it replays (40001, conflict with recovery)',
  other: (fact, name) => `${the(name)} refused the query${inBrackets(fact('sqlState'))}`,
};

/** Of what the bot asks of its own database it has written the queries itself. */
const mendQuery = (name: DatabaseName): string =>
  name === 'trading'
    ? 'Mend the query in the runbook; docs/runbook-format.md says what one may do and answer.'
    : 'Look whether this database is of another version of the bot.';
const toPrimary = () =>
  'Let TRADING_DATABASE_URL lead to the primary, or bring the replay of the standby back.';

export const databaseWayOut: DatabaseWaysOut = {
  locked: () =>
    'Run it again: a start of the trading system locks its tables for a moment. If it stays, look in pg_locks who holds it.',
  missing_table: (name) =>
    name === 'trading'
      ? 'Start what writes it (the collector, the trading system), or correct the query in the runbook.'
      : 'Start the bot: it makes its tables then.',
  missing_column: mendQuery,
  permission_denied: (name) =>
    name === 'trading'
      ? 'GRANT SELECT on it to the bot’s role (docs/trading-database-role.md).'
      : 'Let the bot’s role own its database; `lobml doctor` shows its rights.',
  syntax: mendQuery,
  read_only_violation: mendQuery,
  too_many_rows: mendQuery,
  too_large: mendQuery,
  volatile_function: mendQuery,
  duplicate_column: mendQuery,
  standby_not_asked: toPrimary,
  standby_paused: toPrimary,
  standby_lag_unknown: toPrimary,
  standby_behind: toPrimary,
  unreachable: (name) =>
    `Check the host and port in ${addressOf(name)}, the firewall, and that the server runs. A # / ? % or @ in the password must be percent-encoded (%23 %2F %3F %25 %40): otherwise the host is read wrong.`,
  timeout: (name) =>
    `Look at the load of the server, and at a firewall between it and the bot (${addressOf(name)}).`,
  rows_withheld: () =>
    'Let the role see every row: ALTER ROLE … BYPASSRLS, or take row-level security off that table (docs/trading-database-role.md).',
  starting: () => 'Wait until it is up, and try again.',
  too_many_connections: () =>
    'End what else uses this role (terminals, a second bot), or raise the limit of the role or of the server.',
  authentication: (name) =>
    `Check user and password in ${addressOf(name)}. A # / ? % or @ in the password must be percent-encoded (%23 %2F %3F %25 %40).`,
  not_admitted: () => 'Let pg_hba.conf of the server admit the user from the bot’s address, and reload it.',
  missing_database: (name) => `Correct the name at the end of ${addressOf(name)}, or create the database.`,
  options_refused: (name) =>
    name === 'trading'
      ? 'Let TRADING_DATABASE_URL lead to the server itself. Where it must be a pooler: session mode, `ignore_startup_parameters = options`, and the settings on the role (docs/trading-database-role.md).'
      : 'Let DATABASE_URL lead to the server itself: the bot needs sessions of its own (locks, notifications).',
  sessions_shared: (name) =>
    `Let ${addressOf(name)} lead to the server itself, or to the pooler in session mode (pool_mode = session): the bot needs sessions of its own (locks, notifications).`,
  tls_wanted: (name) =>
    `Append ?sslmode=verify-full to ${addressOf(name)}, and &sslrootcert=FILE where the server’s certificate is not signed by a public authority (docs/operations/environment.md).`,
  tls_not_offered: (name) =>
    `Turn TLS on at the server (ssl = on), or take sslmode out of ${addressOf(name)} (or write sslmode=disable) where nobody else is on the way.`,
  tls_failed: (name) =>
    `Check that a PostgreSQL server with TLS answers at the host and port in ${addressOf(name)}.`,
  certificate_untrusted: (name) =>
    `Append &sslrootcert=FILE to ${addressOf(name)}: the certificate of the authority that signed the server’s, or the server’s own where it signed itself.`,
  certificate_host: (name) =>
    `Write the host in ${addressOf(name)} as the certificate names it, or have one made for that host.`,
  certificate_expired: () => 'Renew the server’s certificate, and check the clock of this machine.',
  certificate_file: (name) =>
    `Correct the path in ${addressOf(name)}, and let the bot’s account read that file.`,
  other_server: () =>
    'Try again. If it stays, let TRADING_DATABASE_URL lead to the primary alone, not to a balancer over several servers.',
  recovery_conflict: () =>
    'Try again. If it stays, ask the primary, or raise max_standby_streaming_delay (or turn on hot_standby_feedback) there.',
};

const lower = (name: DatabaseName): string =>
  name === 'trading' ? 'the trading database' : 'the bot’s own database';

const inBrackets = (code: string): string => (code === '' ? '' : ` (${code})`);
