import pg from 'pg';

/** The two methods that a lost connection needs of a logger. */
export interface ConnectionLogger {
  warn(facts: object, message: string): void;
}

interface StatePoolOptions {
  /** The bot's own database. */
  readonly url: string;
  readonly logger: ConnectionLogger;
  readonly maxConnections?: number;
}

/** The pool of the bot's own database. A query that does not come back within 15 s fails, whatever the cause. */
export function createStatePool({ url, logger, maxConnections = 10 }: StatePoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'lobml',
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: 10_000,
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: 15_000,
    // A frozen server or a network that swallows packets never answers a statement_timeout.
    query_timeout: 15_000,
  });
  // Without a listener the process would end when the server goes away while a connection is idle.
  pool.on('error', (error) => {
    const { code } = error as { code?: string };
    logger.warn({ code }, "A connection to the bot's own database was lost; the next query opens a new one.");
  });
  // The same of a connection that is in use and waits for its next statement: that statement fails and tells it.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
