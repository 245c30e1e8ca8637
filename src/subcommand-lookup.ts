import { closest, distance } from 'fastest-levenshtein';

/** More typing faults than this and a suggestion is a guess. */
const MAX_DISTANCE = 3;

export interface UnknownSubcommand {
  readonly name: string;
  /** What was probably meant. */
  readonly nearest: string | undefined;
}

/** What to tell somebody who typed a name that does not exist. */
export function unknownSubcommand(name: string, names: readonly string[]): UnknownSubcommand {
  const typed = name.toLowerCase();
  const prefixed = names.filter((candidate) => typed.length > 1 && candidate.startsWith(typed));
  if (prefixed.length === 1) return { name, nearest: prefixed[0] };
  if (names.length === 0) return { name, nearest: undefined };
  const candidate = closest(typed, [...names]);
  const limit = Math.min(MAX_DISTANCE, Math.floor(candidate.length / 2));
  return { name, nearest: distance(typed, candidate) <= limit ? candidate : undefined };
}
