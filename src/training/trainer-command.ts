import { ownValue } from '../domain/own-value.js';
import type { TrainingDefinition } from '../runbook/training.js';
import type { TrainingPlaceholder } from '../runbook/training-schema.js';
import type { Variables } from './secret-values.js';

/** The runbook's arguments with a training's own values in place of `{horizon}` and its like. */
export function fillCommand(
  command: readonly string[],
  values: Readonly<Record<TrainingPlaceholder, string>>,
): readonly string[] {
  return command.map((argument) =>
    argument.replaceAll(/\{(\w+)\}/g, (whole, name: string) => ownValue(values, name) ?? whole),
  );
}

/** `lob_tcn_{horizon}_{date}` → `lob_tcn_5m_20260301-120000`. @param now in UTC, as the name has it */
export function modelNameOf(pattern: string, horizon: string, now: Date): string {
  const [day = '', time = ''] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return pattern.replaceAll('{horizon}', horizon).replaceAll('{date}', `${day}-${time}`);
}

/** What a trainer gets of the bot's variables, by its own names. */
export function trainerVariables(
  { environment }: Pick<TrainingDefinition, 'environment'>,
  variables: Variables,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, source]) => {
      const value = ownValue(variables, source);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
