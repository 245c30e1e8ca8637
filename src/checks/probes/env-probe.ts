import type { ObservedRow } from '../../domain/check-run.js';
import { readVariable, type VariableDefinition } from '../../domain/variable.js';
import { variableName } from '../../runbook/strategy-contract.js';
import type { HostAccess } from '../context/check-context.js';
import { type HostEnvironment, variableFault } from '../context/host-environment.js';
import { observeHosts } from '../context/observe-hosts.js';
import { defineProbe } from '../context/probe-kind.js';

/**
 * The effective value of one variable over a host's environment files, as the strategy will read it at its next
 * start. One row a host. A variable of the system around it need not be set: then its row has an empty value.
 */
export const envProbe = defineProbe({
  kind: 'env',
  needs: 'hosts',
  keys: { env: variableName },
  columns: 'host variable raw value origin file line models fault nearest allowed kept target_dry_run'.split(
    ' ',
  ),
  compile({ env: variable = '' }, tools) {
    const ofSystem = tools.systemVariable(variable);
    const definition = ofSystem ?? tools.variable(variable);
    return definition && { variable, definition, isOfSystem: ofSystem !== undefined };
  },
  observe({ variable, definition, isOfSystem }, { runbook, target, ...context }, call) {
    const name = isOfSystem ? variable : `${runbook.envPrefix}${variable}`;
    return observeHosts('env', context, call, async (access) => {
      const row = variableRow(access, name, definition, await access.environment());
      const isLeftOut = isOfSystem && row['fault'] === 'not_set';
      return [{ ...row, ...(isLeftOut && { value: '', fault: '' }), target_dry_run: target.dryRun }];
    });
  },
});

function variableRow(
  access: HostAccess,
  name: string,
  definition: VariableDefinition,
  environment: HostEnvironment,
): ObservedRow {
  const host = access.host.name;
  const found = environment.effective.get(name);
  const faulty = variableFault(name, environment);
  if (faulty !== undefined) {
    const origin = faulty.line === null ? 'none' : 'file';
    return { host, variable: name, value: null, raw: null, origin, ...faulty };
  }
  const reading = readVariable(definition, found?.value);
  const where = { file: found?.file ?? access.settings.writtenEnvironmentFile, line: found?.line ?? null };
  const row = {
    host,
    variable: name,
    raw: found?.value ?? null,
    ...where,
    models: access.settings.models ?? '',
  };
  if (reading.kind === 'value') {
    return { ...row, value: reading.value, origin: reading.isDefault ? 'default' : 'file', fault: '' };
  }
  const { fault, nearest = null, expected = null } = reading;
  const kept = definition.default ?? null;
  return { ...row, value: null, origin: found ? 'file' : 'none', fault, nearest, allowed: expected, kept };
}
