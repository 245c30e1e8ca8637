import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ConfigurationSentence } from '../domain/sentence.js';
import { ConfigurationError, type ConfigurationFault } from '../runbook/configuration-fault.js';
import type { Runbook } from '../runbook/runbook.js';
import { parseYaml } from '../runbook/yaml-document.js';
import { type CasesSource, casesSchema } from './cases-schema.js';

/** Situations with a known outcome: what proves that a check can fail, and can pass. */
export type CheckCases = CasesSource;

type CasesFor = Pick<Runbook, 'sections' | 'params' | 'criteria'>;

/** The word of a case that wants no model file at all. */
export const NO_MODEL = 'none';

/** The cases stand beside the runbook. */
export const casesFileOf = (runbookFile: string): string => join(dirname(runbookFile), 'cases.yaml');

/** @throws ConfigurationError with every fault and its line; also for a check or a model that does not exist. */
export async function loadCases(file: string, runbook: CasesFor): Promise<CheckCases> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new ConfigurationError([{ file, fault: { code: 'cases_unreadable', facts: {} } }]);
  }
  return parseCases(file, text, runbook);
}

/** @throws ConfigurationError with every fault and its line. */
export function parseCases(file: string, text: string, runbook: CasesFor): CheckCases {
  const { faults: shape, stands } = parseYaml(file, text, casesSchema, () => undefined);
  if (stands === undefined) throw new ConfigurationError(shape);
  const { value } = stands;

  const faults: ConfigurationFault[] = [...shape];
  const fault = (path: readonly PropertyKey[], told: ConfigurationSentence) => {
    faults.push(...stands.fault(path, told));
  };
  const models = new Set([...Object.keys(value.models), NO_MODEL]);
  const checks = new Set(runbook.sections.flatMap((section) => section.checks.map(({ id }) => id)));
  if (!models.has(value.base.model))
    fault(['base', 'model'], { code: 'model_unknown', facts: { model: value.base.model } });
  for (const [index, { check, model, params }] of value.cases.entries()) {
    if (!checks.has(check))
      fault(['cases', index, 'check'], { code: 'case_check_unknown', facts: { check } });
    if (model !== undefined && !models.has(model)) {
      fault(['cases', index, 'model'], { code: 'model_not_listed', facts: { model } });
    }
    for (const name of Object.keys(params)) {
      if (typeof runbook.params[name] !== 'number')
        fault(['cases', index, 'params', name], { code: 'case_bound_unknown', facts: { name } });
    }
  }
  for (const [kind, listed] of Object.entries(value.runs)) {
    const held = checksOfRun(runbook, kind);
    if (!isSame(held, listed))
      fault(['runs', kind], { code: 'case_run_differs', facts: { kind, ...difference(held, listed) } });
  }
  for (const [id, { kind, checks: listed }] of Object.entries(value.criteria)) {
    const own = runbook.criteria.find((one) => one.id === id);
    const held = own?.checks ?? [];
    if (own?.kind !== kind || !isSame(held, listed))
      fault(['criteria', id], { code: 'case_criterion_differs', facts: { id, ...difference(held, listed) } });
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return value;
}

const checksOfRun = ({ sections }: Pick<CasesFor, 'sections'>, kind: string): readonly string[] =>
  sections.flatMap(({ kinds, checks }) =>
    kinds.some((one) => one === kind) ? checks.map(({ id }) => id) : [],
  );

const difference = (held: readonly string[], listed: readonly string[]) => ({
  lost: listed.filter((id) => !held.includes(id)),
  more: held.filter((id) => !listed.includes(id)),
});

function isSame(held: readonly string[], listed: readonly string[]): boolean {
  const { lost, more } = difference(held, listed);
  return lost.length === 0 && more.length === 0;
}
