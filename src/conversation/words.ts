import { UsageError } from './errors.js';

/** The closing quote of each opening one; phones type the curly pairs by themselves. */
const CLOSING: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '„': '“', '‘': '’' };

/**
 * Splits a line into words as a shell does: spaces part them, quotes keep them together, a backslash takes the next
 * character as it is (also inside double quotes). Nothing is expanded.
 * @throws UsageError for a quote that is not closed.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let closing = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (character === '\\' && closing !== "'" && index + 1 < line.length) {
      index += 1;
      word = (word ?? '') + line.charAt(index);
    } else if (closing !== '') {
      if (character === closing) closing = '';
      else word += character;
    } else if (opensQuote(character, word)) {
      closing = CLOSING[character] ?? '';
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (closing !== '') throw new UsageError('unclosed_quote', { quote: closing });
  return word === undefined ? words : [...words, word];
}

/** The same of a line whose quotes may be wrong: then they are spaces. For what must not wait for a closing quote. */
export function wordsOfAnyLine(line: string): readonly string[] {
  try {
    return splitWords(line);
  } catch {
    return line.split(/[\s"'“”„‘’]+/).filter(Boolean);
  }
}

/** Phones turn two hyphens into one dash. */
export const withPlainDashes = (word: string): string => word.replace(/^[—–](?=\p{L})/u, '--');

/** An apostrophe inside a word (`don't`) is a letter; `KEY="a b"` opens a quote. */
function opensQuote(character: string, word: string | undefined): boolean {
  if (!(character in CLOSING)) return false;
  return word === undefined || word.endsWith('=') || character === '"';
}
