import { ProbeError } from '../checks/context/observation.js';
import { UserError } from '../conversation/errors.js';
import type { BacktestAnswer, BacktestFault, BacktestFigures } from '../domain/backtest.js';
import { ConfigurationError } from '../runbook/configuration-fault.js';
import { isTradingFault } from '../trading/trading-database-error.js';

/** What it found, or why it found nothing, as a value that another process takes. @param onUnknown told of what has no code */
export async function answerOf(
  running: Promise<BacktestFigures>,
  onUnknown: (error: unknown) => void,
): Promise<BacktestAnswer> {
  try {
    return { kind: 'figures', figures: await running };
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code === 'inside') onUnknown(error);
    return { kind: 'fault', fault };
  }
}

function faultOf(error: unknown): BacktestFault {
  if (isTradingFault(error)) return { code: 'database', facts: { ...error.facts, code: error.code } };
  if (error instanceof ProbeError && error.reason.code === 'not_configured')
    return { code: 'not_configured' };
  if (error instanceof UserError && error.code === 'runbook_changed_since')
    return { code: 'runbook_changed' };
  if (error instanceof ConfigurationError) return { code: 'runbook_refused' };
  return { code: 'inside' };
}
