import { distance } from 'fastest-levenshtein';

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

/** The one name of which a word is a slip of the keys; names that differ in their numbers are different names. */
export function nameSlipped(word: string, names: readonly string[]): string | undefined {
  const small = word.toLowerCase();
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).join();
  const near = names.filter((name) => {
    const slips = Math.min(2, Math.floor(name.length / 2));
    return distance(small, name) <= slips && numbers(small) === numbers(name);
  });
  return names.includes(small) ? small : near.length === 1 ? near[0] : undefined;
}
