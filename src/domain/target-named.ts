/** The target that somebody names: capitals do not matter, since a targets file has names in small letters alone. */
export const targetNamed = <T>(targets: ReadonlyMap<string, T>, name: string): T | undefined =>
  targets.get(name) ?? targets.get(name.toLowerCase());

/** Fewer letters are a slip of the keys. */
const MIN_BEGINNING = 2;

/**
 * The one name that begins so; itself where it is a name.
 * @param names of all strategies: what begins two of them names neither
 */
export function nameBegun(beginning: string, names: readonly string[]): string | undefined {
  const small = beginning.toLowerCase();
  if (names.includes(small)) return small;
  const found = small.length < MIN_BEGINNING ? [] : names.filter((name) => name.startsWith(small));
  return found.length === 1 ? found[0] : undefined;
}
