import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { escapeUnseen } from '../domain/plain-text.js';
import { redact } from '../domain/secrets.js';
import type { LogLevel } from './log-level.js';

export type { Logger } from 'pino';

interface LoggerOptions {
  readonly level: LogLevel;
  /** A terminal keeps stdout for its answer. */
  readonly to: 'stdout' | 'stderr' | DestinationStream;
}

/** JSON lines; every line is redacted as a whole just before it is written, and steers no terminal that shows it. */
export function createLogger({ level, to }: LoggerOptions): Logger {
  const stream = typeof to === 'string' ? destination({ dest: to === 'stdout' ? 1 : 2, sync: true }) : to;
  return pino(
    {
      level,
      base: { name: 'lobml' },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => escapeUnseen(redact(line)) },
    },
    stream,
  );
}
