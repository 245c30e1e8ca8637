import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { findPackageRoot } from '../../../src/machine/package-root.js';
import type { Queryable } from './queryable.js';

interface RoleOptions {
  readonly adminUrl: string;
  readonly role: string;
  readonly password: string;
}

/** The role of the checks. @see createRole */
export const createReaderRole = (database: Queryable, options: RoleOptions): Promise<string> =>
  createRole(database, options, 'reader');

/** The role of the trainings: make that of the checks first. @see createRole */
export const createTrainerRole = (database: Queryable, options: RoleOptions): Promise<string> =>
  createRole(database, options, 'trainer');

/**
 * Creates the read-only role of `reader-role.sql` or `trainer-role.sql` in the connected database, which must hold the four tables.
 * @param database a superuser's connection.
 * @returns the role's connection string, made from `adminUrl`.
 */
async function createRole(
  database: Queryable,
  options: RoleOptions,
  kind: 'reader' | 'trainer',
): Promise<string> {
  const role = escapeIdentifier(options.role);
  const exists = await database.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [options.role]);
  if (exists.rows.length > 0) {
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
  }
  const statements = await readFile(
    join(findPackageRoot(import.meta.url), `sandbox/host/trading-data/${kind}-role.sql`),
    'utf8',
  );
  await database.query(
    statements.replaceAll(/^(?!--)(.*)$/gm, (line) => line.replaceAll(`lobml_${kind}`, role)),
  );
  await database.query(`ALTER ROLE ${role} PASSWORD ${escapeLiteral(options.password)}`);
  const url = new URL(options.adminUrl);
  url.username = encodeURIComponent(options.role);
  url.password = encodeURIComponent(options.password);
  return url.toString();
}
