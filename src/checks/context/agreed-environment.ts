import type { EnvironmentValues } from '../../domain/condition.js';
import { readVariable, type VariableValue } from '../../runbook/variable.js';
import type { CheckContext } from './check-context.js';
import { ProbeError } from './observation.js';

/**
 * The effective values of some variables, as conditions and texts read them (`env.NAME`). They are one value for the
 * whole target, so all hosts have to agree on it.
 * @param names without the prefix.
 * @throws ProbeError `environment_unclear` where a value is wrong or not the same everywhere; HostError
 */
export async function agreedEnvironment(
  names: readonly string[],
  { hosts, runbook }: Pick<CheckContext, 'hosts' | 'runbook'>,
): Promise<EnvironmentValues> {
  if (names.length === 0) return {};
  const environments = await Promise.all(
    hosts.map(async (access) => ({ host: access.host.name, ...(await access.environment()) })),
  );
  const agreed: Record<string, VariableValue> = {};
  for (const name of names) {
    const definition = runbook.variables.get(name);
    const values = environments.map(({ host, effective, ambiguous }) => {
      const variable = `${runbook.envPrefix}${name}`;
      const raw = effective.get(variable)?.value;
      const isKnown = definition !== undefined && !ambiguous.has(variable);
      const reading = isKnown ? readVariable(definition, raw) : undefined;
      return { host, raw, value: reading?.kind === 'value' ? reading.value : undefined };
    });
    const [first] = values;
    if (first?.value === undefined || values.some(({ value }) => value !== first.value)) {
      const seen = values.map(({ host, raw }) => `${host}: ${raw ?? '—'}`);
      throw new ProbeError(
        { code: 'environment_unclear', facts: { variable: name, values: seen } },
        `${name} has no one valid value on all hosts`,
      );
    }
    agreed[name] = first.value;
  }
  return agreed;
}
