import type pg from 'pg';

/** What a query needs: a pool, or one connection within a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;
