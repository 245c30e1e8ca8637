import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { UserError } from '../conversation/errors.js';
import { errnoOf } from '../machine/errno.js';
import type { ConnectionLogger } from '../store/state-pool.js';
import { createTradingDatabase, type TradingDatabase } from '../trading/trading-database.js';

/** A trading database of our own, to be filled and spoiled. */
export interface ScratchDatabase {
  readonly trading: TradingDatabase;
  /** Empties its tables, undoes what was made or changed of them, then runs the statements in order. */
  arrange(statements: readonly string[]): Promise<void>;
  /** Ends its connections and removes the database. */
  drop(): Promise<void>;
}

const PREFIX = 'lobml_selftest_';
const ABANDONED_AFTER_SECS = 300;
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Creates a database beside the bot's own; nothing of the trading system is touched.
 * @param tables SQL that creates what is missing of the trading system's tables.
 * @param serverUrl the bot's own database. It holds a password: never logged.
 * @throws UserError when its role may not create databases.
 */
export async function createScratchDatabase(
  serverUrl: string,
  tables: string,
  logger: ConnectionLogger,
): Promise<ScratchDatabase> {
  const stamp = Math.floor(Date.now() / 1000);
  const name = `${PREFIX}${stamp}_${randomUUID().replaceAll('-', '')}`;
  try {
    await withClient(serverUrl, async (client) => {
      await dropAbandoned(client, logger);
      await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    });
  } catch (error) {
    throw isDenied(error) ? new UserError('selftest_needs_createdb', {}) : error;
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  // Held until the end: a scratch database without a connection is one whose self-test was killed.
  const owner = new pg.Client({ connectionString: url.href });
  owner.on('error', (error) =>
    logger.warn({ err: error }, 'the connection to the scratch database was lost'),
  );
  await owner.connect();
  const trading = createTradingDatabase({ url: url.href, logger });
  let arranged: string | undefined;
  return {
    trading,
    async arrange(statements) {
      // A case may make tables of its own, change those that stand, and drop them: the next one knows nothing of it.
      if (arranged === undefined || arranged !== (await catalogueOf(owner))) {
        await owner.query(`ALTER DATABASE ${name} RESET ALL`);
        await dropSchemas(owner);
        await owner.query(tables);
        arranged = await catalogueOf(owner);
      } else await emptyTables(owner);
      for (const statement of statements) await owner.query(statement);
    },
    async drop() {
      await Promise.all([owner.end(), trading.close()]);
      await withClient(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** What stands in the database besides rows, as one word. */
async function catalogueOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ word: string | null }>(
    `SELECT md5(string_agg(word, ',' ORDER BY word)) AS word FROM (
       SELECT concat_ws(' ', 'table', c.oid, c.relname, c.relkind, c.relacl::text) AS word
       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
       WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
       UNION ALL
       SELECT concat_ws(' ', 'column', a.attrelid, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attisdropped)
       FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
       WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
       UNION ALL SELECT concat_ws(' ', 'schema', oid, nspname) FROM pg_namespace
       UNION ALL SELECT concat_ws(' ', 'setting', setdatabase, setconfig::text) FROM pg_db_role_setting
       UNION ALL SELECT concat_ws(' ', 'function', oid) FROM pg_proc WHERE oid >= 16384
       UNION ALL SELECT concat_ws(' ', 'type', oid) FROM pg_type WHERE oid >= 16384) AS words`,
  );
  return rows[0]?.word ?? '';
}

async function dropSchemas(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace
     WHERE nspname <> 'information_schema' AND NOT starts_with(nspname, 'pg_')`,
  );
  for (const { name } of rows) await client.query(`DROP SCHEMA ${pg.escapeIdentifier(name)} CASCADE`);
  await client.query('CREATE SCHEMA public');
}

async function emptyTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  if (rows.length === 0) return;
  const tables = rows.map(({ name }) => name).join(', ');
  const deleted = rows.map(({ name }, index) => `t${index} AS (DELETE FROM ${name})`).join(', ');
  try {
    // Three times as fast as TRUNCATE, which writes new files for every index. In one statement, so that tables may
    // refer to each other.
    await client.query(`WITH ${deleted} SELECT`);
    await client.query(`VACUUM ${tables}`);
  } catch {
    // A trigger or a reference may forbid to delete.
    await client.query(`TRUNCATE ${tables}`);
  }
}

/** Removes what killed self-tests have left; one that has only just been created may not be connected to yet. */
async function dropAbandoned(client: pg.Client, logger: ConnectionLogger): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT d.datname AS name FROM pg_database AS d
     WHERE starts_with(d.datname, $1) AND pg_get_userbyid(d.datdba) = current_user
       AND COALESCE(substring(d.datname FROM '_([0-9]+)_[0-9a-f]{32}$')::bigint, 0) < $2
       AND NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datid = d.oid)`,
    [PREFIX, Math.floor(Date.now() / 1000) - ABANDONED_AFTER_SECS],
  );
  for (const { name } of rows) {
    // Not by force: whoever has connected meanwhile keeps it.
    await client
      .query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)}`)
      .catch((error: unknown) => logger.warn({ err: error }, 'an abandoned scratch database stays'));
  }
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // A connection that is lost is told by the statement; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const isDenied = (error: unknown): boolean => errnoOf(error) === INSUFFICIENT_PRIVILEGE;
