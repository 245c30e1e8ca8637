import type { HaltKind } from '../src/domain/halt.js';
import { LOCALES } from '../src/domain/localized.js';
import { type Text, textFor } from '../views/text/index.js';

/** In every language: nobody thinks of the bot's own in a hurry. */
const wordsFor = (what: keyof Text['typed']): readonly string[] =>
  LOCALES.flatMap((locale) => textFor(locale).typed[what].split(' '));

/** What the buttons and reports call it, and other systems. None of it is guessed at: letters that are nearly one are none. */
const MEANT: ReadonlyMap<string, HaltKind> = new Map([
  ...wordsFor('disable').map((word) => [word, 'disable'] as const),
  ...wordsFor('stop').map((word) => [word, 'stop'] as const),
  ...wordsFor('stopEntries').map((word) => [word, 'stop_entries'] as const),
]);

export const meantBy = (word: string): HaltKind | undefined => MEANT.get(word.replaceAll('_', '-'));

const NAMES = wordsFor('rollback');
export const isItsName = (word: string): boolean => NAMES.includes(word);

/** What the kill switch is called where its name is not known: these mean no other subcommand, however near one it is. */
export const KILL_SWITCH_NAMES: readonly string[] = [
  ...MEANT.keys(),
  ...NAMES,
  'disable',
  'stop',
  'stop-entries',
];

const EVERYTHING = new Set(wordsFor('all'));
const MORE_OF_ALL = new Set(wordsFor('moreOfAll'));
export const isAllWord = (word: string): boolean => EVERYTHING.has(bare(word));
export const isMoreOfAll = (word: string): boolean => MORE_OF_ALL.has(bare(word));

/** Between `stop` and `entries`. */
export const isBeforeEntries = (word: string): boolean =>
  ['new', 'all', 'the', 'any'].includes(word.toLowerCase());
export const ALSO_ENTRIES: ReadonlySet<string> = new Set(['entry', 'entering']);

/** Flags of other tools that mean no other act, and nothing less than the whole of it. */
export const HARMLESS_FLAGS: ReadonlySet<string> = new Set(['yes', 'y', 'force', 'f', 'now', 'json']);

/** The letters that were meant: an input method in its wide mode, and the marks of Slack's bold, italics and code. */
export const asIfTyped = (word: string): string => word.normalize('NFKC').replace(/^[*_~`]+|[*_~`]+$/g, '');

const bare = (word: string): string => word.toLowerCase().replace(/[.,;:!?]+$/, '');
