import { agreedEnvironment } from '../checks/context/agreed-environment.js';
import type { CheckContext } from '../checks/context/check-context.js';
import type { BacktestFigures } from '../domain/backtest.js';
import type { Replayable } from './replayable.js';

/** By which values of the strategy's variables the moments were judged; null: they have no one valid value on all hosts. */
export async function readEnvironment(
  checks: readonly Replayable[],
  context: CheckContext,
): Promise<BacktestFigures['environment']> {
  const names = new Set(checks.flatMap(({ check }) => check.environment));
  return Promise.all(
    [...names].map(async (name) => {
      const values = await agreedEnvironment([name], context).catch(() => undefined);
      return { name, value: values === undefined ? null : String(values[name]) };
    }),
  );
}
