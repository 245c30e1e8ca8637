import type pg from 'pg';
import type { Queryable } from './queryable.js';

/** Runs statements as one transaction; an error takes all of them back. @throws whatever the work throws. */
export type Transact = <T>(work: (client: Queryable) => Promise<T>) => Promise<T>;

/** @param pool asked for at the first transaction, so that a terminal opens its database only when it needs it. */
export function createTransact(pool: () => Promise<pg.Pool>): Transact {
  return async (work) => {
    const client = await (await pool()).connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      // A connection that could not roll back is in an unknown state: it is closed, not reused.
      client.release(broken);
    }
  };
}
