import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { findPackageRoot } from '../../src/machine/package-root.js';
import { migrate } from '../../src/store/migrate.js';
import { createEmptyDatabase } from '../support/database.js';

test('four replicas that migrate at once make the schema once', async () => {
  const database = await createEmptyDatabase();
  const ran = await Promise.all([1, 2, 3, 4].map(() => migrate({ url: database.url })));
  const counts = ran.map((names) => names.length).sort((a, b) => a - b);
  expect(counts.slice(0, 3)).toEqual([0, 0, 0]);
  expect(counts[3]).toBeGreaterThan(0);
  const { rows } = await database.pool.query('SELECT name FROM lobml.migrations ORDER BY name');
  expect(rows.map((row) => row.name)).toEqual([...ran.flat()].sort());
  await database.drop();
});

test('a migration that came with a lower number than one that ran is made up for', async () => {
  const database = await createEmptyDatabase();
  await migrate({ url: database.url });
  const { rows } = await database.pool.query(
    "DELETE FROM lobml.migrations WHERE name = '0127_audit-posts' RETURNING name",
  );
  expect(rows).toHaveLength(1);
  await database.pool.query('DROP TABLE lobml.audit_posts');
  expect(await migrate({ url: database.url })).toEqual(['0127_audit-posts']);
  expect(await migrate({ url: database.url })).toEqual([]);
  await database.drop();
});

test('a version that does not know a migration of the newer one beside it starts all the same', async () => {
  const database = await createEmptyDatabase();
  await migrate({ url: database.url });
  await database.pool.query(
    "INSERT INTO lobml.migrations (name, run_on) VALUES ('0001_before-the-others', '2000-01-01')",
  );
  expect(await migrate({ url: database.url })).toEqual([]);
  await database.drop();
});

test('nothing is made outside the schema lobml', async () => {
  const database = await createEmptyDatabase();
  const names: string[] = [];
  await migrate({ url: database.url, onStep: (name) => names.push(name) });
  expect(names).toContain('0001_check-runs');
  const { rows } = await database.pool.query(
    `SELECT DISTINCT relnamespace::regnamespace::text AS schema FROM pg_class
     WHERE relnamespace::regnamespace::text NOT IN ('pg_catalog', 'pg_toast', 'information_schema')`,
  );
  expect(rows).toEqual([{ schema: 'lobml' }]);
  await database.drop();
});

test('a replica that waits too long for another says so and changes nothing', async () => {
  const database = await createEmptyDatabase();
  const other = await database.pool.connect();
  // Held by somebody who migrates: the lock of node-pg-migrate.
  await other.query('SELECT pg_advisory_lock(7241865325823964)');
  await expect(migrate({ url: database.url, waitMs: 100 })).rejects.toMatchObject({ code: '55P03' });
  other.release(true);
  const { rows } = await database.pool.query("SELECT to_regnamespace('lobml') AS schema");
  expect(rows).toEqual([{ schema: null }]);
  await database.drop();
});

test('the package is found from the sources and from their build, and not from elsewhere', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lobml-root-'));
  const root = findPackageRoot(import.meta.url);
  await mkdir(join(folder, 'dist', 'src', 'store'), { recursive: true });
  const built = pathToFileURL(join(folder, 'dist', 'src', 'store', 'migrate.js')).href;
  await writeFile(join(folder, 'dist', 'package.json'), '{"name":"something-else"}');
  expect(() => findPackageRoot(built)).toThrow(/No package.json of lobml/);
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
  expect(findPackageRoot(built)).toBe(folder);
  await rm(folder, { recursive: true });
});
