import type { Evidence, ObservedValue } from '../../domain/check-run.js';
import { ownValue } from '../../domain/own-value.js';
import type { Reason } from '../../domain/reason.js';
import type { Statement } from '../../runbook/statement.js';
import type { CheckContext } from './check-context.js';

type Sources = Pick<CheckContext, 'runParameters' | 'runbook' | 'asOf' | 'window'>;

interface BoundParameters {
  /** In the order of `$1…`. */
  readonly values: readonly ObservedValue[];
  /** The spans of time among them. */
  readonly spans: Pick<Evidence, 'window' | 'baseline'>;
  /** Why the span of time may be that of another process. */
  readonly gaps: readonly Reason[];
}

/** Whether a statement looks at the window of the run, or at the baseline before it. */
export const asksForSpan = ({ parameters }: Pick<Statement, 'parameters'>): boolean =>
  parameters.some((name) => SPAN_PARAMETERS.includes(name));

const SPAN_PARAMETERS = ['windowFrom', 'windowTo', 'baselineFrom', 'baselineTo'];

/** What a statement binds: the run's own values first, then the runbook's. Only a statement that asks for the window has it worked out. */
export async function bindParameters(
  statement: Pick<Statement, 'parameters'>,
  { runParameters, runbook, asOf, window }: Sources,
): Promise<BoundParameters> {
  const spans = asksForSpan(statement) ? await window() : undefined;
  const own: Readonly<Record<string, ObservedValue>> = {
    ...runParameters,
    ...(statement.parameters.includes('asOf') ? { asOf: (await asOf()).toISOString() } : {}),
    ...(spans === undefined
      ? {}
      : {
          windowFrom: spans.window.from,
          windowTo: spans.window.to,
          baselineFrom: spans.baseline.from,
          baselineTo: spans.baseline.to,
        }),
  };
  const values = statement.parameters.map(
    (name) => ownValue(own, name) ?? ownValue(runbook.params, name) ?? null,
  );
  if (spans === undefined) return { values, spans: {}, gaps: [] };
  const { window: span, baseline, gaps } = spans;
  return { values, spans: { window: span, baseline }, gaps };
}
