import type { ChainedEvent } from '../src/domain/audit-event.js';
import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import { preformatted, section } from './blocks.js';
import { textFor } from './text/index.js';

/** The time line of an incident as a Markdown table, for a post-mortem. Times are UTC. */
export function incidentMarkdown(haltId: string, events: readonly ChainedEvent[], locale: Locale): string {
  const { title, columns } = textFor(locale).rollback.incident;
  const rows = events.map(({ at, kind, actor, target, reason, details }) => {
    const { haltId: _id, ...rest } = details;
    const facts = [reason ?? '', Object.keys(rest).length === 0 ? '' : JSON.stringify(rest)];
    return `| ${[at, kind, actor.name, target ?? '', facts.filter(Boolean).join(' ')].map(cell).join(' | ')} |`;
  });
  return [`# ${title(haltId)}`, '', `| ${columns.join(' | ')} |`, '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

const cell = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

export const incidentView = (haltId: string, markdown: string, locale: Locale): Report => ({
  text: textFor(locale).rollback.incident.title(haltId),
  blocks: [section(preformatted(markdown))],
});
