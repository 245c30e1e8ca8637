import { z } from 'zod';
import type { ClockReading, Moment } from '../domain/clocks.js';
import type { Queryable } from './queryable.js';

/** What a PostgreSQL server says of its clock. */
export interface ServerMoment extends Moment {
  /** The same of all connections to one running server, whatever their addresses. */
  readonly server: string;
}

/** Such a clock beside the bot's. */
export interface ServerClock extends ClockReading {
  readonly moment: ServerMoment;
}

/** In SQL: what no two running servers have in common. */
export const SERVER_IDENTITY = '(EXTRACT(EPOCH FROM pg_postmaster_start_time()) * 1000000)::int8::text';

export const SERVER_CLOCK = `SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::float8 AS at_ms,
  ${SERVER_IDENTITY} AS server`;

const rowSchema = z.object({ at_ms: z.number(), server: z.string() });

/** @param rows the answer to `SERVER_CLOCK` */
export function serverMomentOf(rows: readonly unknown[]): ServerMoment {
  const { at_ms: atMs, server } = rowSchema.parse(rows[0]);
  return { at: new Date(atMs), errorMs: 0, server };
}

/** The clock of the bot's own database. @throws the driver's error */
export const readServerMoment = async (database: Queryable): Promise<ServerMoment> =>
  serverMomentOf((await database.query(SERVER_CLOCK)).rows);
