import { ConfigError } from '../config/config.js';
import { UsageError, UserError } from '../conversation/errors.js';
import { EXIT, type ExitCode } from '../conversation/subcommand.js';
import type { Locale, Localized } from '../domain/localized.js';
import { HostError, type HostErrorCode } from '../hosts/host.js';
import { ConfigurationError, type ConfigurationFault, formatFault } from '../runbook/configuration-fault.js';
import { classifyDatabaseError, type DatabaseFault } from '../store/database-error.js';
import { redact } from '../telemetry/redact.js';
import { TradingDatabaseError } from '../trading/trading-database-error.js';

/** What a terminal says of an error, and the exit code by which a script tells whether to try again. */
interface TerminalFailure {
  readonly says: Localized;
  readonly exitCode: ExitCode;
}

/** @param usage of the subcommand, e.g. `lobml precheck [target]` */
export function explainFailure(error: unknown, usage: string): TerminalFailure {
  if (error instanceof UsageError) {
    const { en, 'zh-CN': zh } = error.sentence;
    return {
      says: { en: `${en}\nUsage: ${usage}`, 'zh-CN': `${zh}\n用法：${usage}` },
      exitCode: EXIT.usage,
    };
  }
  if (error instanceof UserError) {
    const exitCode = AWAY_CODES.has(error.code) ? EXIT.unavailable : EXIT.noGo;
    return { says: error.sentence, exitCode };
  }
  if (error instanceof ConfigurationError) return explainStart(error);
  if (isAway(error)) return { says: outOfReach(error), exitCode: EXIT.unavailable };
  const cause = redact(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { says: { en: `lobml failed: ${cause}`, 'zh-CN': `lobml 出错：${cause}` }, exitCode: EXIT.internal };
}

/** Something the bot depends on gives no answer now, and may in a minute. */
export function isAway(error: unknown): boolean {
  if (error instanceof HostError) return AWAY_HOST.has(error.code);
  if (error instanceof TradingDatabaseError) return AWAY_DATABASE.has(error.code);
  return AWAY_DATABASE.has(classifyDatabaseError(error).code);
}

const AWAY_CODES: ReadonlySet<string> = new Set(['directory_away']);
const AWAY_HOST: ReadonlySet<HostErrorCode> = new Set(['timeout', 'unreachable']);
const AWAY_DATABASE: ReadonlySet<DatabaseFault> = new Set([
  'unreachable',
  'timeout',
  'locked',
  'starting',
  'too_many_connections',
]);

/** What a bot says that could not start. */
export function explainStart(error: unknown): TerminalFailure {
  if (error instanceof ConfigurationError) return { says: cannotStart(error.faults), exitCode: EXIT.usage };
  if (error instanceof ConfigError) {
    const faults = error.faults.map(({ variable, message, chinese }) => ({
      file: variable,
      message,
      chinese,
    }));
    return { says: cannotStart(faults), exitCode: EXIT.usage };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { says: cannotStart([{ file: 'lobml', message, chinese: message }]), exitCode: EXIT.unavailable };
}

function cannotStart(faults: readonly ConfigurationFault[]): Localized {
  const faultsIn = (locale: Locale) => redact(faults.map((fault) => formatFault(fault, locale)).join('\n'));
  return {
    en: `lobml cannot start:\n${faultsIn('en')}`,
    'zh-CN': `lobml 无法启动：\n${faultsIn('zh-CN')}`,
  };
}

function outOfReach(error: unknown): Localized {
  if (error instanceof HostError) {
    const detail = redact(error.message);
    return {
      en: `${detail} Try again once the host answers; \`lobml doctor\` shows what can be reached.`,
      'zh-CN': `${detail} 请在主机恢复响应后重试；\`lobml doctor\` 显示可访问的依赖。`,
    };
  }
  const { code, facts } = error instanceof TradingDatabaseError ? error : classifyDatabaseError(error);
  const cause = facts.systemCode ?? facts.sqlState ?? code;
  return {
    en: `A database does not answer (${cause}), so this could not be done. Try again once it does; \`lobml doctor\` shows which one.`,
    'zh-CN': `数据库没有回应（${cause}），因此未能执行。请在其恢复后重试；\`lobml doctor\` 显示是哪一个。`,
  };
}
