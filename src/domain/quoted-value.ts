/** Signs that Slack reads in a text: bold, strike, code, line breaks, italics at the edge of a word, an emoji, a link. */
const SIGNS = /[*~`\n\r⟨⟩]|(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])|:[a-z][\w+-]*:|:\/\//iu;

/** What stands for a moment in our own sentences: in the text of others it stands for itself, and looks a little different. */
export const withoutMoments = (text: string): string => text.replaceAll('⟨', '‹').replaceAll('⟩', '›');

/** As it stands within a code span. */
export const withinQuotes = (text: string): string =>
  withoutMoments(text)
    .replaceAll(/\s*[\n\r]+\s*/g, ' ⏎ ')
    .replaceAll('`', 'ˋ');

/**
 * A value of a table, a file or a program within a sentence of ours: as it is, or in a code span where it holds a sign that
 * Slack would read. Nothing in it can be bold, a link, a line of its own or a moment.
 */
export const quotedValue = (text: string): string => (SIGNS.test(text) ? `\`${withinQuotes(text)}\`` : text);
