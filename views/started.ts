import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import { section } from './blocks.js';
import { textFor } from './text/index.js';

/** Tells somebody in which channel the report that they asked for appears. */
export function startedView(channel: string, locale: Locale): Report {
  const text = textFor(locale).decision.startedIn(`<#${channel}>`);
  return { text, blocks: [section(text)] };
}
