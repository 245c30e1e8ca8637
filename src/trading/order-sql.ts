import pg from 'pg';

/** A name of a table or a column, quoted. */
export const quote = (name: string): string => pg.escapeIdentifier(name);

/** A column, or `COLUMN.KEY` of one that holds JSON, of the table that is called `o`. */
export function columnOf(name: string): string {
  const [column = '', key] = name.split('.');
  return key === undefined ? `o.${quote(column)}` : `o.${quote(column)}->>${pg.escapeLiteral(key)}`;
}

/** A list of words as an array of texts. */
export function wordsOf(words: readonly string[], isLowerCase = false): string {
  const literals = words.map((word) => pg.escapeLiteral(isLowerCase ? word.toLowerCase() : word));
  return `ARRAY[${literals.join(', ')}]::text[]`;
}
