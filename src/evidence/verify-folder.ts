import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fingerprintOf } from '../audit/audit-key.js';
import type { EvidenceFault, EvidenceVerdict } from '../domain/evidence.js';
import { readPlainFile } from '../machine/plain-file.js';
import { sha256OfFile } from '../machine/sha256.js';
import { FILES } from './evidence-files.js';
import { inconsistencies } from './inconsistencies.js';
import { readPublicKey } from './public-key.js';
import { openStatement, type Statement } from './statement.js';

/** The key that must have signed: its PEM, or its fingerprint as people note it. */
export type ExpectedKey = { readonly pem: string } | { readonly fingerprint: string };

/** Needs nothing but the folder. @param expected undefined: the folder's own key, which anybody may have put there */
export async function verifyFolder(folder: string, expected?: ExpectedKey): Promise<EvidenceVerdict> {
  const nothing = { about: undefined, files: 0, fingerprint: undefined, isKeyNamed: expected !== undefined };
  const text = await readText(join(folder, FILES.statement));
  if (text === undefined) return { ...nothing, faults: [{ code: 'no_statement' }] };
  const key = await keyOf(folder, expected);
  if (key === undefined) return { ...nothing, faults: [{ code: 'no_key' }] };
  const opened = openStatement(text, key);
  const isForeign =
    expected !== undefined && 'fingerprint' in expected && fingerprintOf(key) !== expected.fingerprint;
  if (opened.kind === 'unreadable') return { ...nothing, faults: [{ code: 'statement_unreadable' }] };
  if (opened.kind === 'signature' || isForeign) return { ...nothing, faults: [{ code: 'signature' }] };
  const { subject, predicate: about } = opened.statement;
  const bytes = await compareFiles(folder, subject);
  return {
    ...nothing,
    about,
    files: subject.length,
    fingerprint: opened.fingerprint,
    faults: bytes.length > 0 ? bytes : await inconsistencies(folder, subject),
  };
}

async function keyOf(folder: string, expected: ExpectedKey | undefined): Promise<string | undefined> {
  if (expected !== undefined && 'pem' in expected) return readPublicKey(expected.pem);
  const own = await readText(join(folder, FILES.key));
  return own === undefined ? undefined : readPublicKey(own);
}

const readText = (path: string): Promise<string | undefined> =>
  readPlainFile(path).then(
    (bytes) => bytes.toString('utf8'),
    () => undefined,
  );

async function compareFiles(
  folder: string,
  subject: Statement['subject'],
): Promise<readonly EvidenceFault[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const faults: EvidenceFault[] = [];
  const found = new Set<string>();
  const named = new Map(subject.map(({ name, digest }) => [name, digest.sha256]));
  for (const entry of entries) {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (entry.isDirectory()) {
      if (!subject.some(({ name }) => name.startsWith(`${path}/`))) faults.push({ code: 'added', path });
      continue;
    }
    found.add(path);
    if (!entry.isFile()) faults.push({ code: 'not_a_file', path });
    else if (path === FILES.statement) continue;
    else if (!named.has(path)) faults.push({ code: 'added', path });
    else if ((await sha256OfFile(join(folder, path)).catch(() => '')) !== named.get(path))
      faults.push({ code: 'changed', path });
  }
  const gone = [...named.keys()].filter((path) => !found.has(path));
  return [...faults, ...gone.map((path) => ({ code: 'missing' as const, path }))];
}
