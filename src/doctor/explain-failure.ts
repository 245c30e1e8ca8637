import { ConfigError } from '../config/config.js';
import { UsageError, UserError } from '../conversation/errors.js';
import { EXIT, type ExitCode } from '../conversation/subcommand.js';
import { type DatabaseFault, type DatabaseFaultOf, NEEDS_MENDING } from '../domain/database-fault.js';
import type { HostErrorCode } from '../domain/host-fault.js';
import type { Locale } from '../domain/localized.js';
import { redact } from '../domain/secrets.js';
import type { Say } from '../domain/sentence.js';
import { HostError } from '../hosts/host.js';
import { systemFaultOf } from '../machine/system-fault.js';
import { ConfigurationError, type ConfigurationFault, formatFault } from '../runbook/configuration-fault.js';
import { classifyDatabaseError } from '../store/database-error.js';
import { DatabaseFaultError } from '../store/database-fault-error.js';

/** What a terminal says of an error, and the exit code by which a script tells whether to try again. */
interface TerminalFailure {
  readonly says: string;
  readonly exitCode: ExitCode;
}

interface Telling {
  readonly locale: Locale;
  readonly say: Say;
}

/** @param usage of the subcommand, e.g. `lobml precheck [target]` */
export function explainFailure(
  error: unknown,
  telling: Telling & { readonly usage: string },
): TerminalFailure {
  const { locale, say, usage } = telling;
  if (error instanceof UsageError) {
    const says = `${say(error, locale)}\n${say({ code: 'usage', facts: { usage } }, locale)}`;
    return { says, exitCode: EXIT.usage };
  }
  if (error instanceof UserError) {
    const exitCode = AWAY_CODES.has(error.code) ? EXIT.unavailable : EXIT.noGo;
    return { says: say(error, locale), exitCode };
  }
  if (error instanceof ConfigurationError) return explainStart(error, telling);
  const fault = databaseFaultOf(error);
  if (fault !== undefined && (isAway(error) || NEEDS_MENDING.has(fault.fault))) {
    const exitCode = isAway(error) ? EXIT.unavailable : EXIT.usage;
    return { says: say({ code: 'database_fault', facts: fault }, locale), exitCode };
  }
  if (isAway(error)) return { says: outOfReach(error, telling), exitCode: EXIT.unavailable };
  if (error instanceof HostError) {
    const says = say({ code: 'host_seen', facts: { because: error.fault } }, locale);
    return { says, exitCode: EXIT.internal };
  }
  const cause = redact(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { says: say({ code: 'failed', facts: { cause } }, locale), exitCode: EXIT.internal };
}

/** Something the bot depends on gives no answer now, and may in a minute. */
export function isAway(error: unknown): boolean {
  if (error instanceof HostError) return AWAY_HOST.has(error.code);
  if (error instanceof DatabaseFaultError) return AWAY_DATABASE.has(error.code);
  return AWAY_DATABASE.has(classifyDatabaseError(error).code);
}

const AWAY_CODES: ReadonlySet<string> = new Set([
  'directory_away',
  'directory_away_in_terminal',
  'embedded_does_not_end',
  'embedded_no_account',
  'embedded_no_binaries',
  'embedded_no_port',
  'embedded_not_made',
  'embedded_not_reached',
]);
const AWAY_HOST: ReadonlySet<HostErrorCode> = new Set(['timeout', 'unreachable']);
const AWAY_DATABASE: ReadonlySet<DatabaseFault> = new Set([
  'unreachable',
  'timeout',
  'locked',
  'starting',
  'too_many_connections',
  'recovery_conflict',
]);

/** undefined: it is no such error, or nobody knows of which database. */
export function databaseFaultOf(error: unknown): DatabaseFaultOf | undefined {
  if (!(error instanceof DatabaseFaultError)) return undefined;
  return { database: error.database, fault: error.code, of: error.facts };
}

/** What a bot says that could not start. */
export function explainStart(error: unknown, telling: Telling): TerminalFailure {
  if (error instanceof ConfigurationError)
    return { says: cannotStart(error.faults, telling), exitCode: EXIT.usage };
  if (error instanceof ConfigError) {
    const faults = error.faults.map(({ variable, fault }) => ({ file: variable, fault }));
    return { says: cannotStart(faults, telling), exitCode: EXIT.usage };
  }
  const faults = startFault(error, telling);
  const says = telling.say({ code: 'start_refused', facts: { faults } }, telling.locale);
  return { says, exitCode: EXIT.unavailable };
}

function startFault(error: unknown, { locale, say }: Telling): string {
  if (error instanceof UserError) return say(error, locale);
  const fault = databaseFaultOf(error);
  if (fault !== undefined) return say({ code: 'database_fault', facts: fault }, locale);
  const system = systemFaultOf(error);
  if (system !== undefined) return say({ code: 'system_fault', facts: system }, locale);
  const cause = redact(error instanceof Error ? error.message : String(error));
  return say({ code: 'unforeseen', facts: { cause } }, locale);
}

function cannotStart(faults: readonly ConfigurationFault[], { locale, say }: Telling): string {
  // Each sentence by itself: behind the name of a variable that holds a secret its first word would be masked.
  const masked: Say = (sentence, to) =>
    sentence.code === 'at_place' ? say(sentence, to) : redact(say(sentence, to));
  const told = faults.map((fault) => formatFault(fault, locale, masked)).join('\n');
  return say({ code: 'start_refused', facts: { faults: told } }, locale);
}

function outOfReach(error: unknown, { locale, say }: Telling): string {
  if (error instanceof HostError)
    return say({ code: 'host_does_not_answer', facts: { because: error.fault } }, locale);
  const { code, facts } = classifyDatabaseError(error);
  const cause = facts.systemCode ?? facts.sqlState ?? code;
  return say({ code: 'database_does_not_answer', facts: { cause } }, locale);
}
