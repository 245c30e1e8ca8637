import pg from 'pg';
import { DatabaseFaultError } from './database-fault-error.js';

/** A connection, as whoever opened it has it. */
export interface Session {
  query(text: string): Promise<{ readonly rows: readonly unknown[] }>;
  /** The process that it was opened to, as the other end says: a pooler makes one up. */
  readonly announcedPid: number | undefined;
  close(): Promise<void>;
}

/** Each holds a server's connection in a transaction, so that the first one cannot come back to its own. */
const OTHERS = 3;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Whether what is held on a connection (a lock that says that this bot lives, a listener) is left to others between two
 * statements: a pooler does that which pools transactions or statements. One that pools sessions does not.
 */
export async function sharesSessions(open: () => Promise<Session>): Promise<boolean> {
  const first = await open();
  const opened = [first];
  try {
    const pid = await processOf(first);
    if (pid === first.announcedPid) return false;
    for (let other = 0; other < OTHERS; other += 1) {
      const session = await open();
      opened.push(session);
      await session.query('BEGIN');
      if ((await processOf(session)) === pid) return true;
    }
    return (await processOf(first)) !== pid;
  } finally {
    await Promise.all(opened.map((session) => session.close().catch(() => undefined)));
  }
}

/** @throws DatabaseFaultError `sessions_shared`; the driver's error */
export async function assertOwnSessions(url: string): Promise<void> {
  if (await sharesSessions(() => openSession(url))) throw new DatabaseFaultError('state', 'sessions_shared');
}

export async function openSession(url: string): Promise<Session> {
  const client: pg.Client & { readonly processID?: number } = new pg.Client({
    connectionString: url,
    application_name: 'lobml sessions',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  return {
    query: (text) => client.query(text),
    announcedPid: client.processID,
    close: () => client.end(),
  };
}

async function processOf(session: Session): Promise<unknown> {
  const { rows } = await session.query('SELECT pg_backend_pid() AS pid');
  return (rows[0] as { readonly pid?: unknown } | undefined)?.pid;
}
