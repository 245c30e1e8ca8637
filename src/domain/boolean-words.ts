/** How a strategy's environment spells a boolean, whatever the case and the spaces around it. */
export const TRUE_WORDS = ['true', '1', 'yes', 'on'];
export const FALSE_WORDS = ['false', '0', 'no', 'off'];

/** Whether a text says the same as a word: a boolean however it is spelt, everything else as it is written. */
export function isSpelling(text: string, word: string): boolean {
  const spellings = [TRUE_WORDS, FALSE_WORDS].find(([first]) => first === word);
  return spellings === undefined ? text === word : spellings.includes(text.trim().toLowerCase());
}
