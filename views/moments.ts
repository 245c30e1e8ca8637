import { clip, escapeMrkdwn } from './blocks.js';

/** A moment for Slack, which shows each reader their own zone. */
export function slackTime(
  rfc3339: string,
  format: 'time' | 'time_secs' | 'date_short_pretty' = 'time',
): string {
  const at = new Date(rfc3339);
  const pattern = format === 'date_short_pretty' ? '{date_short_pretty} {time}' : `{${format}}`;
  return `<!date^${Math.floor(at.getTime() / 1000)}^${pattern}|${clockTime(rfc3339)}>`;
}

/** The same with its day, also where nobody shows it in a zone. */
export function slackDay(rfc3339: string): string {
  const at = Math.floor(Date.parse(rfc3339) / 1000);
  return `<!date^${at}^{date_short_pretty} {time}|${rfc3339.slice(0, 16).replace('T', ' ')} UTC>`;
}

/** `2026-01-01T14:03:52.123Z` → `14:03:52 UTC`. */
const clockTime = (rfc3339: string): string => `${rfc3339.slice(11, 19)} UTC`;

/** What else stands between such brackets is somebody's text. */
const MOMENT = /⟨(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))⟩/g;

/** A sentence of a run as mrkdwn: its moments become Slack dates, everything else is escaped. */
export function sentenceForSlack(sentence: string): string {
  return sentence
    .split(MOMENT)
    .map((part, index) => (index % 2 === 1 ? slackTime(part, 'time_secs') : escapeMrkdwn(part)))
    .join('');
}

/** A part of a sentence: words, or a moment that each reader sees in their own zone. */
type SentencePart = { readonly text: string } | { readonly at: string; readonly fallback: string };

/** The parts of a sentence, of so many characters at most as they are read. */
export function sentenceParts(sentence: string, most: number): readonly SentencePart[] {
  const parts: SentencePart[] = [];
  let left = most;
  for (const [index, part] of sentence.split(MOMENT).entries()) {
    const isMoment = index % 2 === 1;
    const shown = isMoment ? clockTime(part) : part;
    if (shown === '') continue;
    if (shown.length > left) return [...parts, { text: isMoment ? '…' : clip(shown, Math.max(left, 1)) }];
    left -= shown.length;
    parts.push(isMoment ? { at: part, fallback: shown } : { text: part });
  }
  return parts;
}

/** The same sentence without markup, for JSON and notifications. */
export const sentenceAsText = (sentence: string): string =>
  sentence.replaceAll(MOMENT, (_whole, rfc3339: string) => clockTime(rfc3339));
