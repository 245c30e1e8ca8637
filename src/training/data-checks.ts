import type { ObservedRow } from '../domain/check-run.js';
import type { Condition } from '../domain/condition.js';
import type { CheckDefinition } from '../runbook/check-definition.js';

const HORIZON = 'horizon';

/**
 * The check as a training of one horizon sees it: rows about other horizons neither stop it nor count for it. Rows
 * without a horizon (the market's data) count for each.
 */
export function forHorizon(check: CheckDefinition, horizon: string): CheckDefinition {
  const isOurs = (row: ObservedRow) => row[HORIZON] === undefined || row[HORIZON] === horizon;
  const narrowed = (condition: Condition): Condition => ({
    ...condition,
    holds: (rows, ...others) => condition.holds(rows.filter(isOurs), ...others),
  });
  const { expectKeys, warn, isWrongRow } = check;
  return {
    ...check,
    pass: narrowed(check.pass),
    fail: narrowed(check.fail),
    warn: warn && narrowed(warn),
    isWrongRow: (row, ...others) => isOurs(row) && (isWrongRow?.(row, ...others) ?? true),
    expectKeys:
      expectKeys?.column === HORIZON
        ? { ...expectKeys, values: expectKeys.values.filter((value) => value === horizon) }
        : expectKeys,
  };
}
