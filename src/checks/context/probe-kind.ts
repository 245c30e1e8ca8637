import type { ProbeDefinition } from '../../runbook/check-definition.js';
import type { ProbeKeys, ProbeSyntax } from '../../runbook/probe-syntax.js';
import type { CheckContext, ProbeCall } from './check-context.js';
import type { Observation } from './observation.js';

/** One kind of probe, whole: how a runbook writes it, and how it looks. The registry (`probe-kinds.ts`) names each. */
export interface ProbeKind<Keys extends ProbeKeys = ProbeKeys, Settings extends object = object>
  extends ProbeSyntax<Keys, Settings> {
  /** @throws ProbeError, HostError, DatabaseFaultError: the check is an ERROR. */
  observe(probe: ProbeDefinition & Settings, context: CheckContext, call: ProbeCall): Promise<Observation>;
}

/** Lets a kind's keys and settings be inferred. */
export const defineProbe = <Keys extends ProbeKeys, Settings extends object>(
  kind: ProbeKind<Keys, Settings>,
): ProbeKind<Keys, Settings> => kind;
