import { z } from 'zod';
import type { ObservedRow } from '../domain/check-run.js';
import { DatabaseFaultError } from '../store/database-fault-error.js';

/** What tells whether a server can know the newest rows. */
export interface SourceState {
  readonly role: 'primary' | 'standby';
  /** Of a standby: how long ago the newest replayed transaction was committed; undefined: nothing was replayed yet. */
  readonly lagSecs: number | undefined;
  readonly isPaused: boolean;
  /** A standby, or a database that takes no writes: nothing new can be recorded there. */
  readonly isReadOnly: boolean;
  /** Something stands between the bot and the server that answers. */
  readonly isPooled: boolean;
  /** Up to which lag a standby is asked for; undefined: it is not. */
  readonly maxLagSecs: number | undefined;
  /** The running server that this is said of. */
  readonly server: string | undefined;
}

/** Why the absence of rows proves nothing there. */
type SourceFault = 'standby_not_asked' | 'standby_paused' | 'standby_lag_unknown' | 'standby_behind';

/** What asking a server about itself takes of the trading database. */
export interface Source {
  query(query: {
    readonly text: string;
    readonly values: readonly never[];
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  }): Promise<{
    readonly rows: readonly ObservedRow[];
    readonly observedAt?: string;
    /** The process that the connection was opened to. */
    readonly announcedPid?: number | undefined;
    readonly server?: string;
  }>;
  readonly standbyMaxLagSecs?: number | undefined;
}

/**
 * The lag of a standby is the age of its newest replayed transaction: the positions that were received and replayed may
 * be equal on one that receives nothing any more. A primary that writes nothing looks late as well, and proves as little.
 */
export const SOURCE_QUERY = `SELECT pg_is_in_recovery() AS in_recovery,
  CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END AS is_paused,
  CASE WHEN pg_is_in_recovery()
    THEN EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END AS lag_secs,
  EXISTS (SELECT FROM pg_db_role_setting AS s, unnest(s.setconfig) AS setting
          WHERE s.setrole = 0
            AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            AND setting ~* '^default_transaction_read_only=(on|true|yes|1)$') AS is_read_only,
  pg_backend_pid() AS backend_pid`;

const rowSchema = z.object({
  in_recovery: z.boolean(),
  is_paused: z.boolean(),
  lag_secs: z.number().nullable(),
  is_read_only: z.boolean(),
  backend_pid: z.number(),
});

/** Clocks of two servers may differ by that much before a lag that is less than nothing means a wrong clock. */
const CLOCK_TOLERANCE_SECS = 2;

/** Asks the server what it is. @throws DatabaseFaultError */
export async function readSource(
  source: Source,
  bounds: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<SourceState> {
  const { rows, announcedPid, server } = await source.query({ text: SOURCE_QUERY, values: [], ...bounds });
  const row = rowSchema.parse(rows[0]);
  return {
    role: row.in_recovery ? 'standby' : 'primary',
    lagSecs: row.lag_secs ?? undefined,
    isPaused: row.is_paused,
    isReadOnly: row.in_recovery || row.is_read_only,
    // A pooler makes up the process that it announces.
    isPooled: announcedPid !== undefined && announcedPid !== row.backend_pid,
    maxLagSecs: source.standbyMaxLagSecs,
    server,
  };
}

/** @returns undefined for a source that is current. */
export function sourceFault(state: SourceState): SourceFault | undefined {
  const { role, lagSecs, isPaused, maxLagSecs } = state;
  if (role === 'primary') return undefined;
  if (maxLagSecs === undefined) return 'standby_not_asked';
  if (isPaused) return 'standby_paused';
  if (lagSecs === undefined || lagSecs < -CLOCK_TOLERANCE_SECS) return 'standby_lag_unknown';
  return lagSecs > maxLagSecs ? 'standby_behind' : undefined;
}

/**
 * Before the absence of rows is taken for a proof. @returns the server of which that is proved
 * @throws DatabaseFaultError
 */
export async function proveCurrent(source: Source, timeoutMs: number): Promise<string | undefined> {
  const state = await readSource(source, { timeoutMs });
  refuseStale(state);
  return state.server;
}

/** @throws DatabaseFaultError where the absence of rows proves nothing */
export function refuseStale(state: SourceState): void {
  const fault = sourceFault(state);
  if (fault !== undefined) throw new DatabaseFaultError('trading', fault);
}

/** What one server proves of itself says nothing of another behind the same address. @throws DatabaseFaultError */
export function refuseOtherServer(server: string | undefined, proved: string | undefined): void {
  if (server !== undefined && proved !== undefined && server !== proved)
    throw new DatabaseFaultError('trading', 'other_server');
}
