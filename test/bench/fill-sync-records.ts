import type pg from 'pg';
import { TRADED_SYMBOLS } from '../../sandbox/host/trading-data/strategy.js';
import { insertSyncRecords } from '../../sandbox/host/trading-data/sync-records.js';
import { fillTable } from './fill-table.js';

/** One row a second and symbol, as the collector writes at its slowest. */
const EVERY_SECS = 1;
const HOUR_MS = 3_600_000;

/**
 * Fills the table anew with `rows` rows, up to now, and brings its statistics up to date. The newest rows are written
 * last, so that the last five minutes are full however long the earlier work took.
 */
export async function fillSyncRecords(
  owner: pg.Client,
  rows: number,
  everySecs: number = EVERY_SECS,
): Promise<void> {
  const now = new Date();
  await owner.query('TRUNCATE sync_records RESTART IDENTITY');
  await fillTable(owner, 'sync_records', () => insertHours(owner, rows, now, everySecs));
  await insert(owner, new Date(now.getTime() + everySecs * 1_000), new Date(), everySecs);
  await owner.query('VACUUM ANALYZE sync_records');
}

/** The prices of one hour are worked out, those of the hours before are copies: no statement here looks at them. */
async function insertHours(owner: pg.Client, rows: number, now: Date, everySecs: number): Promise<void> {
  await insert(owner, new Date(now.getTime() - HOUR_MS + everySecs * 1_000), now, everySecs);
  await owner.query('CREATE TEMP TABLE one_hour AS SELECT * FROM sync_records ORDER BY timestamp, symbol');
  await owner.query('TRUNCATE sync_records RESTART IDENTITY');
  const { rows: columns } = await owner.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = 'sync_records'::regclass AND attnum > 0 AND attname NOT IN ('id', 'timestamp')`,
  );
  const others = columns.map(({ name }) => name).join(', ');
  const hours = Math.ceil((rows * everySecs) / (TRADED_SYMBOLS.length * 3_600));
  for (let ago = hours - 1; ago >= 0; ago -= 1) {
    await owner.query(
      `INSERT INTO sync_records (timestamp, ${others})
       SELECT timestamp - make_interval(hours => $1), ${others} FROM one_hour`,
      [ago],
    );
  }
  await owner.query('DROP TABLE one_hour');
}

const insert = (owner: pg.Client, from: Date, to: Date, everySecs: number) =>
  insertSyncRecords(owner, { from, to, everySecs, symbols: TRADED_SYMBOLS });
