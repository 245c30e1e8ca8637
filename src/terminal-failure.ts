import type { Localized } from './domain/localized.js';
import { UsageError, UserError } from './errors.js';
import { HostError, type HostErrorCode } from './hosts/host.js';
import { ConfigurationError } from './runbook/configuration-fault.js';
import { classifyDatabaseError, type DatabaseFault } from './store/database-error.js';
import { TradingDatabaseError } from './store/trading-database-error.js';
import { EXIT, type ExitCode } from './subcommand.js';
import { redact } from './telemetry/redact.js';

/** What a terminal says of an error, and the exit code by which a script tells whether to try again. */
export interface TerminalFailure {
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
  if (error instanceof ConfigurationError) return { says: cannotStart(error), exitCode: EXIT.usage };
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

function cannotStart(error: ConfigurationError): Localized {
  const faults = redact(error.message);
  return { en: `lobml cannot start:\n${faults}`, 'zh-CN': `lobml 无法启动：\n${faults}` };
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
