import type { Queryable } from './queryable.js';

/**
 * Held until the transaction ends, by whoever starts a release of the target or halts it: a halt sees every start that
 * was committed before it, and every later start sees the halt. Taken before any row.
 */
export async function holdTarget(client: Queryable, strategy: string, target: string): Promise<void> {
  const key = JSON.stringify(['lobml.target', strategy, target]);
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [key]);
}
