import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Services } from '../src/app/services.js';
import { compareWithExport } from '../src/audit/compare-export.js';
import { signedExport } from '../src/audit/export-signature.js';
import { exportTrail, verifyExport } from '../src/audit/export-trail.js';
import { verifyTrail } from '../src/audit/verify-trail.js';
import { UsageError, UserError } from '../src/conversation/errors.js';
import {
  type Conversation,
  EXIT,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import type { TrailVerdict } from '../src/domain/trail-verdict.js';
import { auditView } from '../views/audit.js';

const usage = 'verify [--file EXPORT | --against EXPORT] [--key SHA256] | export';

/** The audit trail: whether its chain holds, and a copy of it. */
export const audit: Subcommand<Services> = {
  name: 'audit',
  audience: 'all',
  usage,
  async run(words, conversation, { audit: trail, auditKey, now }) {
    const [verb, option, file, keyOption, key, extra] = words;
    const isTerminal = conversation.person.surface === 'terminal';
    if (verb === 'export' && option === undefined && isTerminal)
      return writeOut(signedExport(exportTrail(trail), await auditKey.open(), now()), conversation);
    if (verb !== 'verify' || extra !== undefined) throw new UsageError('audit_words', {});
    if (option === undefined) return show(await verifyTrail(trail), conversation);
    const isFile = (option === '--file' || option === '--against') && file !== undefined && isTerminal;
    if (!isFile || (keyOption !== undefined && (keyOption !== '--key' || key === undefined)))
      throw new UsageError('audit_words', {});
    const fingerprint = key?.toLowerCase() ?? (await auditKey.known())?.fingerprint;
    const verdict = await reading(file, (lines) => verifyExport(lines, fingerprint));
    if (option === '--file') return show(verdict, conversation);
    const present = await verifyTrail(trail);
    const apart = await reading(file, (lines) => compareWithExport(lines, trail));
    const broken = [...verdict.broken, ...present.broken, ...apart];
    return show({ ...verdict, events: present.events, broken }, conversation);
  },
};

async function show(verdict: TrailVerdict, conversation: Conversation): Promise<SubcommandResult> {
  await conversation.whisper(auditView(verdict, conversation.locale));
  return { exitCode: verdict.broken.length === 0 ? EXIT.ok : EXIT.noGo, json: verdict };
}

/** @throws UserError where the file cannot be read */
async function reading<Answer>(
  file: string,
  read: (lines: AsyncIterable<string>) => Promise<Answer>,
): Promise<Answer> {
  const input = createReadStream(file);
  let fault: unknown;
  input.once('error', (error) => {
    fault = error;
  });
  try {
    return await read(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }));
  } catch (error) {
    if (fault === undefined) throw error;
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
