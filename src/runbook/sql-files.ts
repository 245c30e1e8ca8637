import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { parse } from 'yaml';
import type { TextFile } from '../domain/kept-document.js';
import type { ConfigurationSentence } from '../domain/sentence.js';

/** A statement in a file of its own beside the runbook: its text, or why it cannot be had. */
type SqlFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly fault: ConfigurationSentence };

/** By the name that the runbook gives them. */
export type SqlFiles = ReadonlyMap<string, SqlFile>;

/** No statement is one word that ends like that. */
export const namesSqlFile = (sql: string): boolean => /^\S+\.sql$/.test(sql.trim());

/** Reads every file that a key `sql` of the runbook names. */
export async function readSqlFiles(runbookFile: string, source: unknown): Promise<SqlFiles> {
  const names = [...new Set(sqlNames(source))].sort();
  const folder = dirname(runbookFile);
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readSqlFile(folder, name)] as const)),
  );
}

/** SHA-256 over the runbook and the statements beside it, in hex: a change of any is another runbook. */
export function runbookHash(runbook: Buffer, files: SqlFiles): string {
  const hash = createHash('sha256').update(runbook);
  for (const [name, file] of files) hash.update(`\0${name}\0${'text' in file ? file.text : ''}`);
  return hash.digest('hex');
}

/** The same files as texts, in the order of the hash. */
export const runbookTexts = (runbook: Buffer, files: SqlFiles): readonly TextFile[] => [
  { name: 'runbook.yaml', text: runbook.toString('utf8') },
  ...[...files].map(([name, file]) => ({ name, text: 'text' in file ? file.text : '' })),
];

/** The hash of the files as they are on disk now. */
export async function hashOfRunbookFile(file: string): Promise<string> {
  const bytes = await readFile(file);
  return runbookHash(bytes, await readSqlFiles(file, contentOf(bytes)));
}

function contentOf(bytes: Buffer): unknown {
  try {
    return parse(bytes.toString('utf8'), { maxAliasCount: 100, logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

function sqlNames(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'sql' && typeof inner === 'string' && namesSqlFile(inner) ? [inner.trim()] : sqlNames(inner),
  );
}

async function readSqlFile(folder: string, name: string): Promise<SqlFile> {
  const path = join(folder, name);
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(path)]);
    const inside = relative(root, real);
    if (inside === '..' || inside.startsWith(`..${sep}`) || inside.startsWith(sep)) {
      return { path, fault: { code: 'sql_file_outside', facts: { name } } };
    }
    return { path, text: await readFile(real, 'utf8') };
  } catch {
    return { path, fault: { code: 'sql_file_unreadable', facts: { name } } };
  }
}
