import type { ObservedRow, ObservedValue } from '../src/domain/check-run.js';
import { quotedValue, withinQuotes } from '../src/domain/quoted-value.js';

/** One value of an observed row within a sentence, quoted where it needs to be; what was not seen is a dash. */
export const cell = (row: ObservedRow, column: string): string => quotedValue(valueText(row[column]));

/** The same in a code span in any case. */
export const quotedCell = (row: ObservedRow, column: string): string =>
  `\`${withinQuotes(valueText(row[column]))}\``;

export function valueText(value: ObservedValue | undefined): string {
  if (value === null || value === undefined) return '—';
  if (typeof value === 'number') return String(Number(value.toPrecision(8)));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What stands in a file for a variable of a row; a blank around it is seen only in quotes. */
export const written = (row: ObservedRow): string => {
  const raw = withinQuotes(valueText(row['raw']));
  return raw === raw.trim() ? `\`${raw}\`` : `\`"${raw}"\``;
};
