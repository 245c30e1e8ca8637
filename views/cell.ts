import type { ObservedRow, ObservedValue } from '../src/domain/check-run.js';

/** One value of an observed row as text; what was not seen is a dash. */
export const cell = (row: ObservedRow, column: string): string => valueText(row[column]);

export function valueText(value: ObservedValue | undefined): string {
  if (value === null || value === undefined) return '—';
  if (typeof value === 'number') return String(Number(value.toPrecision(8)));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What stands in a file for a variable of a row; a blank around it is seen only in quotes. */
export const written = (row: ObservedRow): string => {
  const raw = cell(row, 'raw');
  return raw === raw.trim() ? `\`${raw}\`` : `\`"${raw}"\``;
};
