import pg from 'pg';

/** Another incident may hold a table: the person hears of it, instead of waiting for ever. */
const LOCK_TIMEOUT_MS = 3_000;

/** One session on the trading database, for the writes of an incident. @throws DatabaseError */
export async function inSession<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'incident',
    options: `-c lock_timeout=${LOCK_TIMEOUT_MS}`,
  });
  // The server may go away in between; the statement then says so.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** As `inSession`, with all or nothing of it written. */
export function inTransaction<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return inSession(databaseUrl, async (client) => {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}
