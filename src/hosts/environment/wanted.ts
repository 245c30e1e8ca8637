/** Variables by their full names, with the values that the running process must show. */
export type Wanted = ReadonlyMap<string, string>;

/** What the strategy takes for false; any other text would leave its default in force. */
const FALSE_WORDS = ['0', 'false', 'no', 'off'];

/** A flag that is off counts as off however it is spelt; every other value must be equal. */
export function isAsWanted(value: string | undefined, wanted: string): boolean {
  if (value === undefined) return false;
  return wanted === 'false' ? FALSE_WORDS.includes(value.trim().toLowerCase()) : value === wanted;
}

export function allAsWanted(values: ReadonlyMap<string, string>, wanted: Wanted): boolean {
  return [...wanted].every(([name, value]) => isAsWanted(values.get(name), value));
}

/** The same of values that were written down; null: not set. */
export function stoodAsWanted(values: Readonly<Record<string, string | null>>, wanted: Wanted): boolean {
  return [...wanted].every(([name, value]) => isAsWanted(values[name] ?? undefined, value));
}
