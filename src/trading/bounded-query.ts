import type { Duplex } from 'node:stream';
import pg from 'pg';
import { DatabaseFaultError } from '../store/database-fault-error.js';
import { TRADING_TYPES } from './trading-values.js';

/** What an answer may hold at most. What is larger is no answer: it would cost the process that reads it its memory. */
export interface AnswerBounds {
  readonly maxRows: number;
  /** Of the answer as the server sends it. */
  readonly maxBytes: number;
}

export const DEFAULT_BOUNDS: AnswerBounds = { maxRows: 10_000, maxBytes: 4 * 1024 * 1024 };

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

type Result = pg.QueryResult<Record<string, unknown>>;

/** The parts of the driver that its types leave out. */
interface DriverConnection {
  readonly stream: Duplex;
  execute(portal: { readonly portal: string; readonly rows: number }): void;
  sync(): void;
}

/** What the driver's query does with an answer. */
interface DriverQuery extends pg.Submittable {
  _getRows: (connection: DriverConnection) => void;
  handlePortalSuspended: () => void;
  handleDataRow: (message: unknown) => void;
}

/**
 * One statement in the extended protocol, where the server refuses two in one text. The server hands out one row more
 * than the bound and no further one. Too many bytes are told while they still come: the connection must then be closed.
 * @throws DatabaseFaultError `too_many_rows`, `too_large`
 */
export function queryBounded(
  client: pg.ClientBase,
  { text, values }: Statement,
  { maxRows, maxBytes }: AnswerBounds,
): Promise<Result> {
  const { stream } = (client as unknown as { readonly connection: DriverConnection }).connection;
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let hasMore = false;
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) reject(new DatabaseFaultError('trading', 'too_large', { maxBytes }));
    };
    const settle = (error: Error | null | undefined, result: Result) => {
      stream.off('data', count);
      if (error) reject(error);
      else if (hasMore || result.rows.length > maxRows) {
        reject(new DatabaseFaultError('trading', 'too_many_rows', { maxRows }));
      } else resolve(result);
    };
    const config = { text, values: [...values], queryMode: 'extended', types: TRADING_TYPES };
    const query = new pg.Query(config as pg.QueryConfig, settle as never) as unknown as DriverQuery;
    query._getRows = (connection) => {
      connection.execute({ portal: '', rows: maxRows + 1 });
      connection.sync();
    };
    query.handlePortalSuspended = () => {
      hasMore = true;
    };
    const keepRow = query.handleDataRow.bind(query);
    query.handleDataRow = (message) => {
      if (bytes <= maxBytes) keepRow(message);
    };
    // Before the driver's own listener: with the last piece that one ends the statement.
    stream.prependListener('data', count);
    client.query(query);
  });
}
