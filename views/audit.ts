import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import type { TrailVerdict } from '../src/domain/trail-verdict.js';
import { escapeMrkdwn, section } from './blocks.js';
import { textFor } from './text/index.js';

/** Whether the chains hold, and the first broken link of each that does not. */
export function auditView({ events, broken, signedBy }: TrailVerdict, locale: Locale): Report {
  const text = textFor(locale).audit;
  const holding = Object.entries(events).filter(
    ([strategy]) => !broken.some((link) => link.strategy === strategy),
  );
  const lines = [
    ...broken.map(({ strategy, position, fault, eventId, line }) => {
      const where =
        (eventId === null ? '' : text.event(eventId)) + (line === undefined ? '' : text.line(line));
      return `✗ *${escapeMrkdwn(text.broken(strategy, position, text.fault[fault] ?? fault, where))}*`;
    }),
    ...holding.map(([strategy, count]) => `✓ ${escapeMrkdwn(text.holds(strategy, count))}`),
  ];
  if (signedBy !== undefined) lines.push(text.signed(signedBy.fingerprint, signedBy.at));
  const shown = lines.length === 0 ? [text.empty] : lines;
  return {
    text: `${text.title}: ${shown.join(' ')}`,
    blocks: [section([`*${text.title}*`, ...shown].join('\n'))],
  };
}
