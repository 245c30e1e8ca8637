import type { EnvironmentValues } from '../../domain/condition.js';
import { readVariable, type VariableValue } from '../../domain/variable.js';
import { shownInFile } from '../../hosts/environment/concealed-value.js';
import type { CheckContext } from './check-context.js';
import { layerFault, variableFault } from './host-environment.js';
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
    hosts.map(async (access) => ({ host: access.host.name, environment: await access.environment() })),
  );
  const agreed: Record<string, VariableValue> = {};
  for (const name of names) {
    const definition = runbook.variables.get(name);
    const values = environments.map(({ host, environment }) => {
      const variable = `${runbook.envPrefix}${name}`;
      const found = environment.effective.get(variable);
      const isKnown = definition !== undefined && variableFault(variable, environment) === undefined;
      const reading = isKnown ? readVariable(definition, found?.value) : undefined;
      const seen = layerFault(environment)?.file ?? shownInFile(found) ?? '—';
      return { host, seen, value: reading?.kind === 'value' ? reading.value : undefined };
    });
    const [first] = values;
    if (first?.value === undefined || values.some(({ value }) => value !== first.value)) {
      const shown = values.map(({ host, seen }) => `${host}: ${seen}`);
      throw new ProbeError(
        { code: 'environment_unclear', facts: { variable: name, values: shown } },
        `${name} has no one valid value on all hosts`,
      );
    }
    agreed[name] = first.value;
  }
  return agreed;
}
