import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { openSession, type Session, sharesSessions } from '../../src/store/own-session.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
/** What a pooler keeps open to the server. */
let server: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  server = new pg.Pool({ connectionString: database.url, max: 10 });
  server.on('error', () => {});
});
afterAll(async () => {
  await server.end();
  await database.drop();
});

/** As PgBouncer says: a process of its own making. */
const MADE_UP = 123_456_789;

/** A client of a pooler that pools transactions: between them it has no connection of the server's. */
async function ofTransactions(): Promise<Session> {
  let own: pg.PoolClient | undefined;
  return {
    announcedPid: MADE_UP,
    async query(text) {
      if (text === 'BEGIN') own = await server.connect();
      return (own ?? server).query(text);
    },
    close: async () => own?.release(true),
  };
}

/** One of a pooler that pools sessions: it keeps the connection that it was given. */
async function ofSessions(): Promise<Session> {
  const own = await server.connect();
  return {
    announcedPid: MADE_UP,
    query: (text) => own.query(text),
    close: async () => own.release(true),
  };
}

test('a pooler of transactions shares sessions, one of sessions does not, nor does the server itself', async () => {
  expect(await sharesSessions(ofTransactions)).toBe(true);
  expect(await sharesSessions(ofSessions)).toBe(false);
  expect(await sharesSessions(() => openSession(database.url))).toBe(false);
  const { rows } = await database.pool.query(
    `SELECT count(*)::integer AS left FROM pg_stat_activity WHERE application_name = 'lobml sessions'`,
  );
  expect(rows).toEqual([{ left: 0 }]);
});

test('a pooler that takes its connections in turn is known as well', async () => {
  const connections = await Promise.all(Array.from({ length: 6 }, () => server.connect()));
  let turn = 0;
  const taken = new Set<pg.PoolClient>();
  const next = (): pg.PoolClient => {
    for (;;) {
      turn += 1;
      const found = connections[turn % connections.length];
      if (found !== undefined && !taken.has(found)) return found;
    }
  };
  const inTurn = async (): Promise<Session> => {
    let own: pg.PoolClient | undefined;
    return {
      announcedPid: MADE_UP,
      async query(text) {
        const used = own ?? next();
        if (text === 'BEGIN') {
          own = used;
          taken.add(used);
        }
        return used.query(text);
      },
      close: async () => {
        await own?.query('ROLLBACK');
      },
    };
  };
  expect(await sharesSessions(inTurn)).toBe(true);
  for (const connection of connections) connection.release();
});
