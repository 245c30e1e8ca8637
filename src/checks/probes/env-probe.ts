import type { ObservedRow } from '../../domain/check-run.js';
import type { FaultCode } from '../../domain/fault.js';
import { variableName } from '../../runbook/strategy-contract.js';
import { readVariable, type VariableDefinition } from '../../runbook/variable.js';
import type { HostAccess } from '../context/check-context.js';
import { type HostEnvironment, ignoredLineOf } from '../context/host-environment.js';
import { observeHosts } from '../context/observe-hosts.js';
import { defineProbe } from '../context/probe-kind.js';

/**
 * The effective value of one variable over a host's environment files, as the strategy will read it at its next
 * start. One row a host.
 */
export const envProbe = defineProbe({
  kind: 'env',
  needs: 'hosts',
  keys: { env: variableName },
  compile({ env: variable = '' }, tools) {
    const definition = tools.variable(variable);
    return definition && { variable, definition };
  },
  observe({ variable, definition }, context) {
    const name = `${context.runbook.envPrefix}${variable}`;
    return observeHosts('env', context, async (access) => [
      variableRow(access, name, definition, await access.environment()),
    ]);
  },
});

function variableRow(
  access: HostAccess,
  name: string,
  definition: VariableDefinition,
  environment: HostEnvironment,
): ObservedRow {
  const host = access.host.name;
  const broken = environment.layers.find(
    (layer) => layer.state === 'refused' || (layer.state === 'missing' && !layer.optional),
  );
  if (broken !== undefined) {
    const fault = broken.state === 'missing' ? 'environment_file_missing' : 'environment_file_refused';
    return {
      host,
      variable: name,
      value: null,
      raw: null,
      origin: 'none',
      file: broken.path,
      line: null,
      fault,
    };
  }

  const found = environment.effective.get(name);
  const unreadable = unreadablePlace(name, environment);
  if (unreadable !== undefined) {
    return { host, variable: name, value: null, raw: null, origin: 'file', ...unreadable };
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
  return { ...row, value: null, origin: found ? 'file' : 'none', fault, nearest, allowed: expected };
}

/** A variable of which nobody can say what its author meant, or what the service will read. */
function unreadablePlace(
  name: string,
  environment: HostEnvironment,
): { readonly file: string; readonly line: number; readonly fault: FaultCode } | undefined {
  const found = environment.effective.get(name);
  if (found?.spansLines) return { file: found.file, line: found.line, fault: 'value_spans_lines' };
  const ambiguous = environment.ambiguous.get(name);
  if (ambiguous !== undefined) {
    return { file: ambiguous.file, line: ambiguous.line, fault: 'comment_takes_line' };
  }
  const ignored = ignoredLineOf(name, environment);
  if (ignored === undefined) return undefined;
  const { file, line, isExport } = ignored;
  return { file, line, fault: isExport ? 'export_ignored' : 'line_ignored' };
}
