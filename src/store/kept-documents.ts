import { type KeptDocument, keptDocumentSchema } from '../domain/kept-document.js';
import { documentHash } from '../machine/document-hash.js';
import type { Queryable } from './queryable.js';

/**
 * Keeps a text under its hash, once however often it is told.
 * @returns false, with nothing kept, where its bytes have another hash: they are no UTF-8, or another text
 */
export async function keepDocument(
  database: Queryable,
  { kind, sha256, files }: KeptDocument,
): Promise<boolean> {
  if (documentHash(files) !== sha256) return false;
  await database.query(
    `INSERT INTO lobml.kept_documents (kind, sha256, files) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [kind, sha256, JSON.stringify(files)],
  );
  return true;
}

/** undefined: it was not kept, as before this was done. */
export async function selectDocument(
  database: Queryable,
  kind: KeptDocument['kind'],
  sha256: string,
): Promise<KeptDocument | undefined> {
  const { rows } = await database.query(
    'SELECT kind, sha256, files FROM lobml.kept_documents WHERE kind = $1 AND sha256 = $2',
    [kind, sha256],
  );
  return keptDocumentSchema.optional().parse(rows[0]);
}
