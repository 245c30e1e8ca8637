import { readFileSync, writeFileSync } from 'node:fs';
import { ENVIRONMENT_PREFIX } from './ploy-config.js';

const lineOf = (variable: string): RegExp => new RegExp(`^${variable}=(.*)$`, 'm');

/**
 * Changes one line of an environment file in place, as a person with an editor does.
 * @returns what stood there. @throws Error when the variable has no line.
 */
export function editByHand(path: string, name: string, value: string, prefix = ENVIRONMENT_PREFIX): string {
  const text = readFileSync(path, 'utf8');
  const variable = prefix + name;
  const before = lineOf(variable).exec(text)?.[1];
  if (before === undefined) throw new Error(`${path} has no line for ${variable}.`);
  writeFileSync(
    path,
    text.replace(lineOf(variable), () => `${variable}=${value}`),
  );
  return before;
}

/** What a variable's line says now, quotes and all. */
export function writtenValue(path: string, name: string, prefix = ENVIRONMENT_PREFIX): string | undefined {
  return lineOf(prefix + name).exec(readFileSync(path, 'utf8'))?.[1];
}
