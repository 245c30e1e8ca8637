import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { findPackageRoot } from '../../../src/machine/package-root.js';
import type { Queryable } from './queryable.js';

/**
 * Creates the read-only role of `reader-role.sql` in the connected database, which must hold the four tables.
 * @param database a superuser's connection.
 * @returns the role's connection string, made from `adminUrl`.
 */
export async function createReaderRole(
  database: Queryable,
  options: { readonly adminUrl: string; readonly role: string; readonly password: string },
): Promise<string> {
  const role = escapeIdentifier(options.role);
  const exists = await database.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [options.role]);
  if (exists.rows.length > 0) {
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
  }
  const statements = await readFile(
    join(findPackageRoot(import.meta.url), 'sandbox/host/trading-data/reader-role.sql'),
    'utf8',
  );
  await database.query(
    statements.replaceAll(/^(?!--)(.*)$/gm, (line) => line.replaceAll('lobml_reader', role)),
  );
  await database.query(`ALTER ROLE ${role} PASSWORD ${escapeLiteral(options.password)}`);
  const url = new URL(options.adminUrl);
  url.username = encodeURIComponent(options.role);
  url.password = encodeURIComponent(options.password);
  return url.toString();
}
