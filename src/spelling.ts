import { closest, distance } from 'fastest-levenshtein';

/** The word of `known` that somebody probably meant; undefined when none is near. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const wanted = word.trim().toLowerCase();
  const candidate = closest(wanted, [...known]);
  const tolerated = Math.max(2, Math.floor(candidate.length / 3));
  return distance(wanted, candidate) <= tolerated ? candidate : undefined;
}
