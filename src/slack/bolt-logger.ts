import type { Logger as BoltLogger, LogLevel } from '@slack/bolt';
import type { Logger } from '../telemetry/logger.js';

/** Slack's packages log through pino. Their information level is our debug: it tells of every call. */
export function createBoltLogger(logger: Logger): BoltLogger {
  const line = (parts: unknown[]) =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  return {
    debug: (...parts) => logger.trace(line(parts)),
    info: (...parts) => logger.debug(line(parts)),
    warn: (...parts) => logger.warn(line(parts)),
    error: (...parts) => logger.error(line(parts)),
    setLevel: () => undefined,
    // Bolt works out expensive texts only for its debug level.
    getLevel: () => (logger.isLevelEnabled('trace') ? 'debug' : 'info') as LogLevel,
    setName: () => undefined,
  };
}
