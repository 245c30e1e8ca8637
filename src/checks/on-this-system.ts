import { randomUUID } from 'node:crypto';
import type { Logger } from '../telemetry/logger.js';
import type { CheckServiceOptions } from './check-service.js';

type SystemOptions = Required<
  Pick<CheckServiceOptions, 'onProbeError' | 'onChartError' | 'now' | 'monotonicMs' | 'newRunId'>
>;

/** What a check service needs of the machine, in whichever process it runs. */
export function onThisSystem(logger: Pick<Logger, 'warn' | 'error'>): SystemOptions {
  return {
    onProbeError: (check, error) => logger.error({ err: error, check }, 'a check failed inside the bot'),
    onChartError: (chart, error) => logger.warn({ err: error, chart }, 'a chart was left out of the report'),
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: randomUUID,
  };
}
