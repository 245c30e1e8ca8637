import type { Locale } from '../src/domain/localized.js';
import type { ContentChange } from '../src/domain/release-content.js';
import type { ReleaseRefusal } from '../src/domain/release-refusal.js';
import type { Report } from '../src/domain/report.js';
import { code, inCode, section, typed } from './blocks.js';
import { hostFaultAmong } from './host-fault.js';
import { slackTime } from './moments.js';
import { withoutMarkup } from './terminal.js';
import { type Text, textFor } from './text/index.js';

const SHORT_HASH = 12;

/** Why something was refused, as mrkdwn. */
export function refusalSentence({ code: reason, facts = {} }: ReleaseRefusal, locale: Locale): string {
  const known: Readonly<Record<string, string>> = { ...facts, told: hostFaultAmong(facts, locale) };
  return textFor(locale).release.refusal[reason]((name) => factText(name, known[name] ?? '', locale));
}

/** The same for an input of a modal, which shows plain text. */
export const refusalAsText = (refusal: ReleaseRefusal, locale: Locale): string =>
  withoutMarkup(refusalSentence(refusal, locale)).replaceAll('`', '');

/** People are mentions already; whatever somebody typed is quoted. */
function factText(name: string, value: string, locale: Locale): string {
  if (name === 'who') return value;
  if (name === 'since' || name === 'until') return value && slackTime(value, 'date_short_pretty');
  if (name === 'verdict')
    return textFor(locale).report.verdict[value as keyof Text['report']['verdict']] ?? value;
  return name === 'reason' ? value && typed(value, 300) : inCode(value);
}

export function refusalView(refusals: readonly ReleaseRefusal[], locale: Locale): Report {
  const text = refusals.map((refusal) => refusalSentence(refusal, locale)).join('\n');
  return { text: withoutMarkup(text), blocks: [section(`⛔ ${text}`)] };
}

/** What differs from what was approved, one line each; hashes are shortened. */
export function changeLine(change: ContentChange, locale: Locale): string {
  const { part, host = '', subject = '', before, after } = change;
  const facts: Readonly<Record<string, string>> = { host, subject, before, after };
  const sentence = textFor(locale).release.changed[part]((name) => inCode(facts[name] ?? ''));
  const isHash = /^[0-9a-f]{64}$/.test(before) || /^[0-9a-f]{64}$/.test(after);
  return isHash ? `${sentence} ${hashStep(before)} → ${hashStep(after)}` : sentence;
}

const hashStep = (sha256: string): string => (sha256 === '' ? '—' : code(sha256.slice(0, SHORT_HASH)));

export function changesView(changes: readonly ContentChange[], locale: Locale): Report {
  const { request } = textFor(locale).release;
  const lines = changes.map((change) => `• ${changeLine(change, locale)}`);
  const text = [request.changedHead, ...lines, request.askAgain].join('\n');
  return { text: withoutMarkup(text), blocks: [section(`⛔ ${text}`)] };
}

/** One sentence for one person. */
export const noteView = (text: string): Report => ({ text: withoutMarkup(text), blocks: [section(text)] });
