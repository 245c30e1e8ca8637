import { nearestWord } from './spelling.js';

/** A button whose value is typed, as it were, by whoever clicks on it. */
export const TYPED_ACTION = 'typed';

export interface UnknownSubcommand {
  readonly name: string;
  /** What was probably meant. */
  readonly nearest: string | undefined;
  /** The whole of it, with the words that followed. */
  readonly command: string | undefined;
}

/** What to tell somebody who typed a name that does not exist. */
export function unknownSubcommand(
  [name = '', ...others]: readonly string[],
  names: readonly string[],
): UnknownSubcommand {
  const nearest = nearestWord(name, names);
  return { name, nearest, command: nearest && [nearest, ...others.map(asTyped)].join(' ') };
}

/** Several words that were one stay one. */
const asTyped = (word: string): string => (/\s/.test(word) ? `"${word.replaceAll('"', '')}"` : word);
