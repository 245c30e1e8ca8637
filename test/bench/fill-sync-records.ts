import type pg from 'pg';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { TRADED_SYMBOLS } from '../../sandbox/host/trading-data/strategy.js';
import { insertSyncRecords } from '../../sandbox/host/trading-data/sync-records.js';

/** One row a second and symbol, as the collector writes at its slowest. */
const EVERY_MS = 1_000;

const INDEXES = [
  'idx_sync_records_timestamp',
  'idx_sync_records_symbol',
  'idx_sync_records_symbol_timestamp',
];

/**
 * Fills the table backwards from now up to `rows` rows in all, and brings its statistics up to date. The newest rows
 * are written anew, so that the last five minutes are full however long the earlier work took.
 */
export async function fillSyncRecords(owner: pg.Client, rows: number): Promise<void> {
  // Indexes are quicker made at once than row by row.
  for (const index of INDEXES) await owner.query(`DROP INDEX IF EXISTS ${index}`);
  await insertMissing(owner, rows);
  await createTradingSchema(owner);
  await owner.query('VACUUM ANALYZE sync_records');
}

async function insertMissing(owner: pg.Client, rows: number): Promise<void> {
  const now = new Date();
  const present = await owner.query<{ rows: string; first: Date | null; last: Date | null }>(
    'SELECT count(*) AS rows, min(timestamp) AS first, max(timestamp) AS last FROM sync_records',
  );
  const [{ first, last } = { first: null, last: null }] = present.rows;
  if (last !== null) await insert(owner, new Date(last.getTime() + EVERY_MS), now);
  const before = await countRows(owner);
  const seconds = Math.ceil((rows - before) / TRADED_SYMBOLS.length);
  const end = first === null ? now : new Date(first.getTime() - EVERY_MS);
  if (seconds > 0) await insert(owner, new Date(end.getTime() - (seconds - 1) * EVERY_MS), end);
}

async function countRows(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ rows: string }>('SELECT count(*) AS rows FROM sync_records');
  return Number(rows[0]?.rows ?? 0);
}

const insert = (owner: pg.Client, from: Date, to: Date) =>
  insertSyncRecords(owner, { from, to, everySecs: EVERY_MS / 1_000, symbols: TRADED_SYMBOLS });
