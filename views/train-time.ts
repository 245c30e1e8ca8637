import type { Locale } from '../src/domain/localized.js';
import { textFor } from './text/index.js';

/** A span of time for a person: `45 s`, `12 min 5 s`, `2 h 10 min`. @param ms below 0 counts as 0 */
export function spanText(ms: number, locale: Locale): string {
  const { hour, minute, second } = textFor(locale).train.unit;
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} ${second}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} ${minute} ${seconds % 60} ${second}`;
  return `${Math.floor(minutes / 60)} ${hour} ${minutes % 60} ${minute}`;
}
