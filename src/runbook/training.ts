import type { ConfigurationSentence } from '../domain/sentence.js';
import type { CheckDefinition, Section } from './check-definition.js';
import { type ConfigurationFault, faultOfError } from './configuration-fault.js';
import { compilePattern, type LinearPattern } from './linear-pattern.js';
import { TRAINING_PLACEHOLDERS, type TrainingSource } from './training-schema.js';
import type { FaultAt } from './yaml-document.js';

/** How a new model comes to be: `training` of the runbook, compiled. */
export interface TrainingDefinition
  extends Omit<TrainingSource, 'progress' | 'checks' | 'environment' | 'workingFolder' | 'target'> {
  readonly workingFolder: string | undefined;
  readonly target: string | undefined;
  /** The trainer's variable → the bot's variable. */
  readonly environment: Readonly<Record<string, string>>;
  readonly checks: readonly CheckDefinition[];
  readonly progress: readonly LinearPattern[];
  /** The check that judges the model that comes out. */
  readonly gate: CheckDefinition;
  /** A fault of one of its keys that only the targets file shows, with its line. */
  readonly fault: (key: keyof TrainingSource, fault: ConfigurationSentence) => readonly ConfigurationFault[];
}

type AddFault = (path: readonly PropertyKey[], fault: ConfigurationSentence) => void;

const NEEDED = ['horizon', 'output', 'meta'] as const;

/**
 * Tells every fault, and leaves out what is faulty.
 * @param faulty ids of checks whose own faults have been told.
 */
export function compileTraining(
  source: TrainingSource,
  sections: readonly Section[],
  faulty: ReadonlySet<string>,
  faultAt: FaultAt,
  fault: AddFault,
): TrainingDefinition | undefined {
  const known = new Map(sections.flatMap((section) => section.checks).map((check) => [check.id, check]));
  checkPlaceholders(source.command, fault);
  const checks = source.checks.flatMap((id, index) => {
    const check = known.get(id);
    if (check === undefined && !faulty.has(id))
      fault(['training', 'checks', index], { code: 'check_unknown', facts: { id } });
    return check ?? [];
  });
  const progress = source.progress.flatMap((pattern, index) => {
    try {
      return [compilePattern(pattern)];
    } catch (error) {
      fault(['training', 'progress', index], faultOfError(error));
      return [];
    }
  });
  if (source.lookbackHours > source.maxLookbackHours) {
    fault(['training', 'lookbackHours'], { code: 'lookback_too_long', facts: {} });
  }
  const gate = [...known.values()].find(({ probe }) => probe.judgedModel !== undefined);
  if (gate === undefined) {
    if (faulty.size === 0) fault(['training'], { code: 'training_without_gate', facts: {} });
    return undefined;
  }
  const { workingFolder, target } = source;
  const laterFault: TrainingDefinition['fault'] = (key, told) => faultAt(['training', key], told);
  return { ...source, workingFolder, target, checks, progress, gate, fault: laterFault };
}

function checkPlaceholders(command: readonly string[], fault: AddFault): void {
  const used = new Set<string>();
  for (const [index, argument] of command.entries()) {
    for (const [, name = ''] of argument.matchAll(/\{(\w*)\}/g)) {
      used.add(name);
      if (!TRAINING_PLACEHOLDERS.some((known) => known === name)) {
        const known = TRAINING_PLACEHOLDERS.map((one) => `{${one}}`).join(', ');
        fault(['training', 'command', index], { code: 'placeholder_unknown', facts: { name, known } });
      }
    }
  }
  for (const name of NEEDED) {
    if (!used.has(name)) fault(['training', 'command'], { code: 'placeholder_missing', facts: { name } });
  }
}
