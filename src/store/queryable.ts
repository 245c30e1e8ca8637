import type { QueryResult, QueryResultRow } from 'pg';

/** What a query needs: a pool, or one connection within a transaction. */
export interface Queryable {
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>>;
}
