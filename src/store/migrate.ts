import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { findPackageRoot } from '../machine/package-root.js';

/** Everything of ours lives here, so that the bot can share a database with others. */
const SCHEMA = 'lobml';

interface MigrateOptions {
  /** The bot's own database. */
  readonly url: string;
  /** Gets one line for each migration that ran. */
  readonly onStep?: (line: string) => void;
  /** How long to wait for another replica that migrates at the same time. */
  readonly waitMs?: number;
}

/**
 * Brings the schema `lobml` up to date. All pending migrations are one transaction, under an advisory lock: replicas
 * that start at once wait for the first and then find nothing to do.
 *
 * @returns the names of the migrations that ran.
 * @throws the server's error (`DatabaseError` of pg), after rolling everything back.
 */
export async function migrate({ url, onStep, waitMs = 60_000 }: MigrateOptions): Promise<readonly string[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'lobml migrate',
    connectionTimeoutMillis: 10_000,
    lock_timeout: waitMs,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    const steps = await runner({
      dbClient: client,
      dir: join(findPackageRoot(import.meta.url), 'src', 'store', 'migrations'),
      direction: 'up',
      schema: SCHEMA,
      createSchema: true,
      migrationsTable: 'migrations',
      // Each adds on its own. One with a lower number may come later, and the version before may not know one.
      checkOrder: false,
      advisoryLockMode: 'wait',
      logger: { info: () => {}, warn: ignore, error: ignore },
    });
    for (const step of steps) onStep?.(step.name);
    return steps.map((step) => step.name);
  } finally {
    await client.end();
  }
}

/** Faults reach the caller as exceptions; the runner would print the statements too. */
function ignore(): void {}
