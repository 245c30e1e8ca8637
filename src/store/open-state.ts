import type pg from 'pg';
import type { Config } from '../config/config.js';
import type { Logger } from '../telemetry/logger.js';
import { DatabaseFaultError } from './database-fault-error.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { migrate } from './migrate.js';
import { assertOwnSessions } from './own-session.js';
import { toStateDatabaseError } from './state-database-error.js';
import { createStatePool } from './state-pool.js';

/** The bot's own database, migrated and ready. */
export interface State {
  readonly pool: pg.Pool;
  /** Holds a password: never log it. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Opens DATABASE_URL, or the embedded PostgreSQL under DATA_DIR.
 * @throws DatabaseFaultError; Error when it cannot be migrated.
 */
export async function openState(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  role: 'bot' | 'terminal',
  logger: Logger,
): Promise<State> {
  const { url, stop } = await findDatabase(config, role);
  try {
    if (role === 'bot') await assertOwnSessions(url);
    const steps = await migrate({ url });
    if (steps.length > 0) logger.info({ steps }, 'the database of the bot is up to date');
  } catch (error) {
    await stop();
    throw error instanceof DatabaseFaultError ? error : toStateDatabaseError(error);
  }
  const pool = createStatePool({ url, logger });
  return {
    pool,
    url,
    close: async () => {
      await pool.end();
      await stop();
    },
  };
}

async function findDatabase(
  { databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>,
  role: 'bot' | 'terminal',
): Promise<{ url: string; stop: () => Promise<void> }> {
  if (databaseUrl !== undefined) return { url: databaseUrl.reveal(), stop: async () => {} };
  const use = role === 'bot' ? 'own' : 'share';
  const embedded = await startEmbeddedPostgres({ dataDir, use });
  await embedded.createDatabase('lobml');
  return { url: embedded.url('lobml'), stop: () => embedded.stop() };
}
