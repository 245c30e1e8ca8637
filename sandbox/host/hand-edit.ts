import { readFileSync, writeFileSync } from 'node:fs';
import { ENVIRONMENT_PREFIX } from './ploy-config.js';

function lineOf(name: string): RegExp {
  return new RegExp(`^${ENVIRONMENT_PREFIX}${name}=(.*)$`, 'm');
}

/**
 * Changes one line of an environment file in place, as a person with an editor does.
 * @returns what stood there. @throws Error when the variable has no line.
 */
export function editByHand(path: string, name: string, value: string): string {
  const text = readFileSync(path, 'utf8');
  const before = lineOf(name).exec(text)?.[1];
  if (before === undefined) throw new Error(`${path} has no line for ${ENVIRONMENT_PREFIX}${name}.`);
  writeFileSync(
    path,
    text.replace(lineOf(name), () => `${ENVIRONMENT_PREFIX}${name}=${value}`),
  );
  return before;
}

/** What a variable's line says now, quotes and all. */
export function writtenValue(path: string, name: string): string | undefined {
  return lineOf(name).exec(readFileSync(path, 'utf8'))?.[1];
}
