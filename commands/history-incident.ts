import type { Services } from '../src/app/services.js';
import { UsageError, UserError } from '../src/conversation/errors.js';
import { type Conversation, EXIT, type SubcommandResult } from '../src/conversation/subcommand.js';
import { incidentTimeline } from '../src/halt/incident-timeline.js';
import { incidentMarkdown, incidentView } from '../views/incident-markdown.js';

export interface IncidentServices {
  readonly runbook: Pick<Services['runbook'], 'strategy'>;
  readonly audit: Pick<Services['audit'], 'chain'>;
}

/**
 * What the audit trail holds about one halt, as Markdown for a post-mortem; whole in a terminal, cut in Slack.
 * @throws UsageError without an id; UserError for a halt that is not on record.
 */
export async function showIncident(
  words: readonly string[],
  conversation: Conversation,
  { runbook, audit }: IncidentServices,
): Promise<SubcommandResult> {
  const [, haltId, ...rest] = words;
  if (haltId === undefined || rest.some((word) => word !== '--markdown'))
    throw new UsageError('halt_id_missing', {});
  const events = await incidentTimeline(audit, runbook.strategy, haltId);
  if (events.length === 0) throw new UserError('unknown_halt', {});
  const markdown = incidentMarkdown(haltId, events, conversation.locale);
  if (conversation.writeLine === undefined) {
    await conversation.whisper(incidentView(haltId, markdown, conversation.locale));
  } else conversation.writeLine(markdown);
  return { exitCode: EXIT.ok, json: { haltId, events } };
}
