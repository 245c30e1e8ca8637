import { isSpelling } from '../../domain/boolean-words.js';
import { ownValue } from '../../domain/own-value.js';

/** Variables by their full names, with the values that the running process must show. */
export type Wanted = ReadonlyMap<string, string>;

/** A flag counts as what it says however it is spelt; every other value must be equal. */
export function isAsWanted(value: string | undefined, wanted: string): boolean {
  return value !== undefined && isSpelling(value, wanted);
}

export function allAsWanted(values: ReadonlyMap<string, string>, wanted: Wanted): boolean {
  return [...wanted].every(([name, value]) => isAsWanted(values.get(name), value));
}

/** The same of values that were written down; null: not set. */
export function stoodAsWanted(values: Readonly<Record<string, string | null>>, wanted: Wanted): boolean {
  return [...wanted].every(([name, value]) => isAsWanted(ownValue(values, name) ?? undefined, value));
}
