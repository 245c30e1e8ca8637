import { readFile } from 'node:fs/promises';
import type { Services } from '../src/app/services.js';
import { UsageError, UserError } from '../src/conversation/errors.js';
import { parseFlags } from '../src/conversation/flags.js';
import {
  type Conversation,
  EXIT,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import { readPublicKey } from '../src/evidence/public-key.js';
import { type ExpectedKey, verifyFolder } from '../src/evidence/verify-folder.js';
import { evidenceInTerminalView, evidenceVerdictView, evidenceWrittenView } from '../views/evidence.js';
import { evidencePage } from '../views/evidence-page.js';

const usage = 'RELEASE|HALT --out DIR | verify DIR [--key FILE]';

/** Everything that decided a release or a halt, as a signed folder for somebody without the bot. */
export const evidence: Subcommand<Pick<Services, 'evidence'>> = {
  name: 'evidence',
  audience: 'all',
  usage,
  async run(words, conversation, services) {
    const { rest, values } = parseFlags(words, ['--out']);
    const [id, ...others] = rest;
    const out = values.get('--out') ?? [];
    const { locale } = conversation;
    if (id !== undefined && conversation.person.surface !== 'terminal') {
      await conversation.whisper(evidenceInTerminalView(id, locale));
      return { exitCode: EXIT.ok, json: {} };
    }
    const [folder] = out.map(({ text }) => text);
    if (id === undefined || others.length > 0 || out.length !== 1 || !folder)
      throw new UsageError('evidence_words', {});
    const page = (found: Parameters<typeof evidencePage>[0], fingerprint: string) =>
      evidencePage(found, fingerprint, locale);
    const written = await services.evidence.write(id, folder, page);
    if (written === undefined) throw new UserError('unknown_release_or_halt', { id });
    if (written.folder.kind === 'not_empty')
      throw new UserError('evidence_folder_taken', { folder: written.folder.folder });
    if (written.folder.kind === 'unwritable')
      throw new UserError('evidence_folder_unwritable', {
        folder: written.folder.folder,
        code: written.folder.because,
      });
    await conversation.whisper(evidenceWrittenView(written, locale));
    const { kind, documents, missingRuns } = written.evidence;
    const notKept = documents.filter(({ kept }) => kept === undefined);
    const told = notKept.map(({ kind: what, sha256 }) => ({ what, sha256 }));
    const { fingerprint, files } = written;
    const json = { id, kind, folder: written.folder.folder, files, fingerprint, notKept: told, missingRuns };
    return { exitCode: EXIT.ok, json };
  },
};

/** `evidence verify`: whoever has the folder needs neither configuration nor database. */
export const evidenceVerify: Subcommand<unknown> = {
  name: 'evidence',
  audience: 'all',
  usage,
  surfaces: ['terminal'],
  hears: ([name, verb]) => name === 'evidence' && verb === 'verify',
  async run(words, conversation) {
    const { rest, values } = parseFlags(words, ['--key']);
    const [, folder, ...others] = rest;
    const keys = values.get('--key') ?? [];
    const [key] = keys.map(({ text }) => text);
    if (folder === undefined || others.length > 0 || keys.length > 1 || (keys.length === 1 && !key))
      throw new UsageError('evidence_words', {});
    return show(folder, key === undefined ? undefined : await readKey(key), conversation);
  },
};

async function show(
  folder: string,
  key: ExpectedKey | undefined,
  conversation: Conversation,
): Promise<SubcommandResult> {
  const verdict = await verifyFolder(folder, key);
  await conversation.whisper(evidenceVerdictView(verdict, conversation.locale));
  const isBroken = verdict.faults.length > 0;
  return { exitCode: isBroken ? EXIT.noGo : verdict.isKeyNamed ? EXIT.ok : EXIT.warnings, json: verdict };
}

const FINGERPRINT = /^[0-9a-f]{64}$/;

/** A file with the key in PEM; or its fingerprint, as people note it. */
async function readKey(word: string): Promise<ExpectedKey> {
  if (FINGERPRINT.test(word.toLowerCase())) return { fingerprint: word.toLowerCase() };
  const pem = await readFile(word, 'utf8').catch((error: unknown) => {
    throw new UserError('evidence_key', { key: word }, { cause: error });
  });
  if (readPublicKey(pem) === undefined) throw new UserError('evidence_key', { key: word });
  return { pem };
}
