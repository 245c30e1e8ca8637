import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/subcommand.js';
import { section } from './blocks.js';
import { decisionTextFor } from './text/decision-text.js';

/** Tells somebody in which channel the report that they asked for appears. */
export function startedView(channel: string, locale: Locale): Report {
  const text = decisionTextFor(locale).startedIn(`<#${channel}>`);
  return { text, blocks: [section(text)] };
}
