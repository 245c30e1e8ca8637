import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { UserError } from '../errors.js';
import { findPackageRoot } from '../package-root.js';
import type { ConnectionLogger } from '../store/state-pool.js';
import { createTradingDatabase, type TradingDatabase } from '../store/trading-database.js';

/** A trading database of our own, to be filled and spoiled. */
export interface ScratchDatabase {
  readonly trading: TradingDatabase;
  /** Empties the four tables, makes those that are missing, then runs the statements in order. */
  arrange(statements: readonly string[]): Promise<void>;
  /** Ends its connections and removes the database. */
  drop(): Promise<void>;
}

const TABLES = ['sync_records', 'pm_token_settlements', 'agent_order_executions', 'risk_gate_decisions'];
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Creates a database beside the bot's own; nothing of the trading system is touched.
 * @param serverUrl the bot's own database. It holds a password: never logged.
 * @throws UserError when its role may not create databases.
 */
export async function createScratchDatabase(
  serverUrl: string,
  logger: ConnectionLogger,
): Promise<ScratchDatabase> {
  const name = `lobml_selftest_${randomUUID().replaceAll('-', '')}`;
  try {
    await runOnce(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  } catch (error) {
    throw isDenied(error) ? missingRight() : error;
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const tables = await readFile(
    join(findPackageRoot(import.meta.url), 'src/selftest/trading-tables.sql'),
    'utf8',
  );
  const owner = new pg.Pool({ connectionString: url.href, max: 1 });
  owner.on('error', (error) =>
    logger.warn({ err: error }, 'the connection to the scratch database was lost'),
  );
  const trading = createTradingDatabase({ url: url.href, logger });
  return {
    trading,
    async arrange(statements) {
      await owner.query(tables);
      await owner.query(`TRUNCATE ${TABLES.join(', ')}`);
      for (const statement of statements) await owner.query(statement);
    },
    async drop() {
      await Promise.all([owner.end(), trading.close()]);
      await runOnce(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function runOnce(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function isDenied(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === INSUFFICIENT_PRIVILEGE
  );
}

function missingRight(): UserError {
  return new UserError('selftest_needs_createdb', {
    en: 'The self-test needs a scratch database, but the role of DATABASE_URL may not create one. Grant it CREATEDB (ALTER ROLE … CREATEDB), or run the self-test without DATABASE_URL on the embedded PostgreSQL.',
    'zh-CN':
      '自检需要一个临时数据库，但 DATABASE_URL 的角色无权创建。请授予 CREATEDB（ALTER ROLE … CREATEDB），或不设 DATABASE_URL，在内嵌 PostgreSQL 上运行自检。',
  });
}
