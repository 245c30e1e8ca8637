import { join } from 'node:path';
import pg from 'pg';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { findPackageRoot } from '../../src/machine/package-root.js';
import type { Query } from '../../src/runbook/check-definition.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import type { BenchSize, Figure, Measurement } from './figure.js';
import { fillSyncRecords } from './fill-sync-records.js';
import { median, repeat } from './statistics.js';

/** Query 2.2-A as the checklist has it. */
const CHECKLIST = `
SELECT symbol, MAX(timestamp) AS last_ts, EXTRACT(EPOCH FROM NOW() - MAX(timestamp)) AS lag_secs,
  COUNT(*) FILTER (WHERE timestamp >= NOW() - INTERVAL '5 minutes') AS rows_5m
FROM sync_records
WHERE symbol = ANY($1::text[])
GROUP BY symbol
ORDER BY symbol`;

/** How many times faster ours must be. Below a million rows the checklist's query is fast as well: no bound there. */
const SIZES: Readonly<Record<BenchSize, readonly { label: string; rows: number; atLeast?: number }[]>> = {
  small: [
    { label: '100k', rows: 100_000 },
    { label: '500k', rows: 500_000 },
  ],
  // The checklist's query grows with the table, ours does not: a fifth of the rows, a fifth of the factor.
  full: [
    { label: '1M', rows: 1_000_000, atLeast: 80 },
    { label: '5M', rows: 5_000_000, atLeast: 400 },
  ],
};

const OUR_RUNS = 101;
const REFERENCE_RUNS = 9;

/** 2.2-A of the shipped runbook, through the pool that the bot uses, against the checklist's own query. */
export const freshness: Figure = {
  id: 'freshness',
  async measure({ size, folder, say }) {
    const query = await freshnessQuery();
    const postgres = await startEmbeddedPostgres({ dataDir: folder, use: 'own', durable: false });
    const owner = new pg.Client({ connectionString: postgres.url('postgres') });
    await owner.connect();
    const trading = createTradingDatabase({
      url: postgres.url('postgres'),
      logger: { warn: (_facts, text) => say(text) },
    });
    try {
      await createTradingSchema(owner);
      const measurements: Measurement[] = [];
      for (const { label, rows, atLeast } of SIZES[size]) {
        say(`filling sync_records to ${label} rows`);
        await fillSyncRecords(owner, rows);
        await compareRows(owner, query);
        say(`${label}: the rows equal those of the checklist's query`);
        measurements.push(...(await measureAt(label, { owner, trading, query, atLeast })));
      }
      return [...measurements, growth(measurements)];
    } finally {
      await trading.close();
      await owner.end();
      await postgres.stop();
    }
  },
};

interface Parts {
  readonly owner: pg.Client;
  readonly trading: TradingDatabase;
  readonly query: Query & { readonly valuesAt: (asOf: unknown) => readonly unknown[] };
  readonly atLeast: number | undefined;
}

async function freshnessQuery(): Promise<Parts['query']> {
  const runbook = await loadRunbook(
    join(findPackageRoot(import.meta.url), 'runbooks/crypto_lob_ml/runbook.yaml'),
    PROBE_KINDS,
  );
  const checks = runbook.sections.flatMap((section) => section.checks);
  const probe = checks.find(({ id }) => id === 'data.sync_records.lag')?.probe;
  if (probe?.query === undefined) throw new Error('the runbook has no SQL check data.sync_records.lag');
  return {
    ...probe.query,
    valuesAt: (asOf) =>
      probe.query?.statement.parameters.map((name) => (name === 'asOf' ? asOf : runbook.params[name])) ?? [],
  };
}

/** Both in one transaction, where NOW() stands still, so that even the lags must be equal. */
async function compareRows(owner: pg.Client, { statement, valuesAt }: Parts['query']): Promise<void> {
  await owner.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const moment = await owner.query('SELECT NOW()::text AS as_of');
    const values = valuesAt(moment.rows[0].as_of);
    const ours = await owner.query(statement.text, [...values]);
    const reference = await owner.query(CHECKLIST, [symbolsOf(values)]);
    const comparable = ours.rows.map(({ rows_future, ...row }) => row);
    if (JSON.stringify(comparable) !== JSON.stringify(reference.rows) || ours.rows.length === 0) {
      throw new Error(
        `2.2-A differs: ${JSON.stringify(comparable)} against ${JSON.stringify(reference.rows)}`,
      );
    }
  } finally {
    await owner.query('COMMIT');
  }
}

async function measureAt(
  label: string,
  { owner, trading, query, atLeast }: Parts,
): Promise<readonly Measurement[]> {
  const bound = atLeast === undefined ? undefined : ({ kind: 'faster', atLeast } as const);
  const values = query.valuesAt(new Date().toISOString());
  const withDead = values.map((value) => (Array.isArray(value) ? [...value, 'NOSUCHUSDT'] : value));
  const pair = async (name: string, values: readonly unknown[]): Promise<Measurement> => {
    const reference = () => owner.query(CHECKLIST, [symbolsOf(values)]);
    const ours = () => trading.query({ text: query.statement.text, values, timeoutMs: query.timeoutMs });
    await repeat(3, ours);
    await repeat(1, reference);
    const referenceMs = median(await repeat(REFERENCE_RUNS, reference));
    return { name, ours: median(await repeat(OUR_RUNS, ours)), reference: referenceMs, unit: 'ms', bound };
  };
  return [
    await pair(`2.2-A ${label}`, values),
    // A symbol without rows must not make the planner scan the whole (timestamp) index.
    await pair(`2.2-A ${label} with a dead symbol`, withDead),
  ];
}

/** The statement binds one list: the symbols. */
const symbolsOf = (values: readonly unknown[]): unknown => values.find(Array.isArray);

/** Five times the rows must not take longer; the allowance is for a machine that others use as well. */
function growth(measurements: readonly Measurement[]): Measurement {
  const [small, , large] = measurements;
  if (small === undefined || large === undefined) throw new Error('two sizes are needed to see the growth');
  const name = `2.2-A growth ${small.name.split(' ')[1]} to ${large.name.split(' ')[1]}`;
  const bound = { kind: 'within', times: 1.5, plus: 1 } as const;
  return { name, ours: large.ours, reference: small.ours, unit: 'ms', bound };
}
