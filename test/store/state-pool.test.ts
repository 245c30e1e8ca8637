import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { createStatePool } from '../../src/store/state-pool.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createStatePool({ url: database.url, logger: { warn: () => {} } });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** As when the server or the network goes away. */
async function cutOff(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  // Not by `once`, which would itself listen for errors.
  const ended = new Promise<void>((resolve) => client.on('end', resolve));
  await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  await ended;
}

test('a connection that is lost between two statements of a transaction ends the transaction, not the process', async () => {
  const client = await pool.connect();
  await client.query('BEGIN');
  await cutOff(client);
  await expect(client.query('SELECT 1')).rejects.toThrow();
  client.release(true);
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});
