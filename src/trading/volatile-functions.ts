import type pg from 'pg';
import { DatabaseFaultError } from '../store/database-fault-error.js';

export interface VolatileFunctions {
  /** @throws DatabaseFaultError `volatile_function` naming the first that may have an effect. */
  refuse(client: pg.ClientBase, names: readonly string[]): Promise<void>;
}

/** A name counts as volatile where any function of that name is: which one is meant depends on its arguments. */
const CATALOGUE = `SELECT p.proname::text AS name, bool_or(p.provolatile = 'v'
    AND NOT (p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ $2)) AS volatile
  FROM pg_catalog.pg_proc p WHERE p.proname = ANY($1::name[]) GROUP BY 1`;

/**
 * They are volatile in the catalogue because they tell what stands now, and change nothing; PostgreSQL's own ones, and
 * none that somebody has given such a name.
 */
const HARMLESS =
  '^pg_(is_in_recovery|is_wal_replay_paused|last_(wal_receive_lsn|wal_replay_lsn|xact_replay_timestamp)|current_wal_lsn|(database|relation|table|indexes|total_relation|tablespace)_size)$';

/**
 * What PostgreSQL itself says of the functions that statements name: whether calling one may have an effect or give
 * another answer each time. Each name is asked about once; one that does not exist is asked about again.
 */
export function createVolatileFunctions(): VolatileFunctions {
  const known = new Map<string, boolean>();
  return {
    async refuse(client, names) {
      const unknown = names.filter((name) => !known.has(name));
      if (unknown.length > 0) {
        const { rows } = await client.query<{ name: string; volatile: boolean }>(CATALOGUE, [
          unknown,
          HARMLESS,
        ]);
        for (const { name, volatile } of rows) known.set(name, volatile);
      }
      const refused = names.find((name) => known.get(name) === true);
      if (refused !== undefined)
        throw new DatabaseFaultError('trading', 'volatile_function', { relation: refused });
    },
  };
}
