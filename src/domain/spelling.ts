import { closest, distance } from 'fastest-levenshtein';

/**
 * The word of `known` that somebody probably meant, whatever its case: the only one that begins so, or one with few
 * typing faults. undefined when none is near.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const wanted = word.trim().toLowerCase();
  const small = known.map((candidate) => candidate.toLowerCase());
  const asWritten = (candidate: string) => known[small.indexOf(candidate)];
  const begun = small.filter((candidate) => wanted.length > 1 && candidate.startsWith(wanted));
  if (begun.length === 1) return begun.map(asWritten)[0];
  if (known.length === 0) return undefined;
  const candidate = closest(wanted, small);
  const tolerated = Math.max(2, Math.floor(candidate.length / 3));
  return distance(wanted, candidate) <= tolerated ? asWritten(candidate) : undefined;
}

/** Typing faults that still make a name a slip of another one. */
const SLIPS = 2;

/** The known name of which another one is a slip; names that differ in their numbers are different names. */
export function typoOf(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || known.includes(name)) return undefined;
  const candidate = closest(name.toUpperCase(), [...known]);
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).join();
  const isSlip = distance(name.toUpperCase(), candidate) <= SLIPS && numbers(name) === numbers(candidate);
  return isSlip ? candidate : undefined;
}
