import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Services } from '../src/app/services.js';
import { exportTrail, verifyExport } from '../src/audit/export-trail.js';
import { type TrailVerdict, verifyTrail } from '../src/audit/verify-trail.js';
import { UsageError, UserError } from '../src/conversation/errors.js';
import {
  type Conversation,
  EXIT,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import { auditView } from '../views/audit.js';

const usage = 'verify [--file EXPORT] | export';

/** The audit trail: whether its chain holds, and a copy of it. */
export const audit: Subcommand<Services> = {
  name: 'audit',
  audience: 'all',
  usage,
  async run(words, conversation, { audit: trail }) {
    const [verb, option, file, extra] = words;
    const isTerminal = conversation.person.surface === 'terminal';
    if (verb === 'export' && option === undefined && isTerminal)
      return writeOut(exportTrail(trail), conversation);
    if (verb !== 'verify' || extra !== undefined) throw new UsageError('audit_words', {});
    if (option === undefined) return show(await verifyTrail(trail), conversation);
    if (option !== '--file' || file === undefined || !isTerminal) throw new UsageError('audit_words', {});
    return show(await verifyFile(file), conversation);
  },
};

async function show(verdict: TrailVerdict, conversation: Conversation): Promise<SubcommandResult> {
  await conversation.whisper(auditView(verdict, conversation.locale));
  return { exitCode: verdict.broken.length === 0 ? EXIT.ok : EXIT.noGo, json: verdict };
}

async function verifyFile(file: string): Promise<TrailVerdict> {
  try {
    return await verifyExport(
      createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY }),
    );
  } catch (error) {
    throw new UserError('unreadable_file', { file }, { cause: error });
  }
}

/** Line by line, so that a chain of years needs no memory. With `--json` the events are one list. */
async function writeOut(lines: AsyncIterable<string>, conversation: Conversation): Promise<SubcommandResult> {
  const events: unknown[] = [];
  for await (const line of lines) {
    events.push(JSON.parse(line));
    conversation.writeLine?.(line);
  }
  return { exitCode: EXIT.ok, json: events };
}
