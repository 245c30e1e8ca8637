import type { Locale } from '../src/domain/localized.js';
import type { PostedHead } from '../src/domain/posted-head.js';
import type { Report } from '../src/domain/report.js';
import { code, context, preformatted, section } from './blocks.js';
import { textFor } from './text/index.js';

/** The signed head of the audit trail, once a day: whoever copies it can hold the database against it later. */
export function auditHeadView({ day, lines, fingerprint }: PostedHead, locale: Locale): Report {
  const text = textFor(locale).audit.head;
  const title = text.title(day);
  return {
    text: title,
    blocks: [
      section(`*${title}*`),
      section(preformatted(lines.join('\n'))),
      context(text.explain, text.key(code(fingerprint))),
    ],
  };
}
