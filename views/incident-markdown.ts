import type { ChainedEvent } from '../src/domain/audit-event.js';

/** The time line of an incident as a Markdown table, for a post-mortem. Times are UTC. */
export function incidentMarkdown(haltId: string, events: readonly ChainedEvent[]): string {
  const rows = events.map(({ at, kind, actor, target, reason, details }) => {
    const { haltId: _id, ...rest } = details;
    const facts = [reason ?? '', Object.keys(rest).length === 0 ? '' : JSON.stringify(rest)];
    return `| ${[at, kind, actor.name, target ?? '', facts.filter(Boolean).join(' ')].map(cell).join(' | ')} |`;
  });
  return [
    `# Incident ${haltId}`,
    '',
    '| Time (UTC) | Event | Who | Target | What |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

const cell = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
