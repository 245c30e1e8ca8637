import type { ObservedRow } from '../../domain/check-run.js';
import { bindParameters } from './bind-parameters.js';
import type { CheckContext, ProbeCall } from './check-context.js';

const underFeatureNames = (row: ObservedRow, features: Readonly<Record<string, string>>): ObservedRow =>
  Object.fromEntries(
    Object.entries(features).flatMap(([feature, column]) => {
      const value = row[column];
      return value === undefined ? [] : [[feature, value]];
    }),
  );

/**
 * Rows of what the market looks like now, for a model to be tried on; none where nobody says how to read them.
 * undefined: they cannot be had now. A database that does not answer is told by the checks that ask it, and says
 * nothing about the model.
 */
export async function readTypicalRows(
  context: CheckContext,
  { signal }: Pick<ProbeCall, 'signal'>,
): Promise<readonly ObservedRow[] | undefined> {
  const { modelInputs } = context.runbook;
  if (modelInputs === undefined || context.trading === undefined) return [];
  const { statement, timeoutMs, features } = modelInputs;
  try {
    const { values } = await bindParameters(statement, context);
    const { text, functions } = statement;
    const answer = await context.trading.query({ text, functions, values, timeoutMs, signal });
    const rows = answer.rows.map((row) => ({ ...row, ...underFeatureNames(row, features) }));
    return rows.length === 0 ? undefined : rows;
  } catch {
    return undefined;
  }
}
