import { closest, distance } from 'fastest-levenshtein';

/**
 * The word of `known` that somebody probably meant: the only one that begins so, or one with few typing faults.
 * undefined when none is near.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const wanted = word.trim().toLowerCase();
  const begun = known.filter((candidate) => wanted.length > 1 && candidate.startsWith(wanted));
  if (begun.length === 1) return begun[0];
  if (known.length === 0) return undefined;
  const candidate = closest(wanted, [...known]);
  const tolerated = Math.max(2, Math.floor(candidate.length / 3));
  return distance(wanted, candidate) <= tolerated ? candidate : undefined;
}
