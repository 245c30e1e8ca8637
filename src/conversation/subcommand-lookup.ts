import { nearestWord } from './spelling.js';

export interface UnknownSubcommand {
  readonly name: string;
  /** What was probably meant. */
  readonly nearest: string | undefined;
}

/** What to tell somebody who typed a name that does not exist. */
export function unknownSubcommand(name: string, names: readonly string[]): UnknownSubcommand {
  return { name, nearest: nearestWord(name, names) };
}
