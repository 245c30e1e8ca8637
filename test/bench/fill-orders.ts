import type pg from 'pg';
import { entryMetadata } from '../../sandbox/host/trading-data/order-metadata.js';
import { fillTable } from './fill-table.js';

/** What the strategy and the other agents wrote: evenly spread over these days unless told, up to now. */
const DAYS = 14;

/** So many orders have metadata of their own; then it repeats: 2 signal types, 1,000 probabilities, 7 symbols. */
const WRITTEN_ROWS = 7_000;

/**
 * The metadata is put together and compressed once, and copied as it is into the orders: nine tenths of the time would go
 * into that. MAIN and the low target let it be compressed and stay in its row, as in a table of orders.
 */
const CREATE_WRITTEN = `CREATE TEMP TABLE written (k bigint PRIMARY KEY, metadata jsonb STORAGE MAIN)
  WITH (toast_tuple_target = 128)`;
const INSERT_WRITTEN = `INSERT INTO written SELECT k, $1::jsonb || jsonb_build_object(
    'signal_type', CASE WHEN k % 2 = 0 THEN 'crypto_lob_ml_exit' ELSE 'crypto_lob_ml_entry' END,
    'p_up_model', round((k % 1000) / 1000.0, 6)::text, 'symbol', 'BTCUSDT-' || k % 7)
  FROM generate_series(0, ${WRITTEN_ROWS} - 1) AS k`;

/** One statement a table; every figure follows from the row's number, so that two fills are the same. */
const INSERT_EXECUTIONS = `
INSERT INTO agent_order_executions (account_id, agent_id, intent_id, domain, market_slug, token_id, market_side, is_buy,
  shares, limit_price, order_id, status, filled_shares, avg_fill_price, elapsed_ms, dry_run, intent_created_at,
  metadata, executed_at)
SELECT CASE WHEN n % 4 = 0 THEN 'acct-dryrun' ELSE 'acct-live' END,
  CASE WHEN n % 5 = 0 THEN 'crypto_momentum' ELSE 'crypto_lob_ml' END,
  md5(n::text)::uuid, 'crypto', 'btc-updown-5m-' || 1767225600 + n / 300 * 300, lpad(n::text, 77, '7'),
  CASE WHEN n % 3 = 0 THEN 'UP' ELSE 'DOWN' END, n % 2 = 1, 10 + n % 200, 0.5, '0x' || md5(n::text) || md5((-n)::text),
  'filled', 10 + n % 200, 0.5, 40 + n % 90, n % 4 = 0, at - interval '120 milliseconds',
  (SELECT metadata FROM written WHERE k = n % ${WRITTEN_ROWS}),
  at
FROM (SELECT n, now() - make_interval(secs => n * $2::float8) AS at FROM generate_series($1::bigint, 1, -1) AS n) AS row`;

const INSERT_DECISIONS = `
INSERT INTO risk_gate_decisions (account_id, agent_id, intent_id, domain, decision, block_reason, notional_value,
  config_hash, metadata, decided_at)
SELECT CASE WHEN n % 4 = 0 THEN 'acct-dryrun' ELSE 'acct-live' END,
  CASE WHEN n % 5 = 0 THEN 'crypto_momentum' ELSE 'crypto_lob_ml' END,
  md5(n::text)::uuid, 'crypto',
  CASE WHEN n % 12 = 0 THEN 'BLOCKED' WHEN n % 7 = 0 THEN 'ADJUSTED' ELSE 'PASSED' END,
  CASE WHEN n % 12 = 0 THEN 'max_exposure' END, 5 + n % 100, '5eeded0000000001',
  jsonb_build_object('signal_type', 'crypto_lob_ml_entry', 'symbol', 'BTCUSDT'),
  now() - make_interval(secs => n * $2::float8)
FROM generate_series($1::bigint, 1, -1) AS n`;

/** How many text values an entry of production holds: a row is over 2 kB, so PostgreSQL compresses them. */
const KEYS = 59;

const WRITTEN = entryMetadata({
  symbol: 'BTCUSDT',
  coin: 'btc',
  horizon: '5m',
  marketSlug: 'btc-updown-5m-1767225600',
  side: 'UP',
  price: 0.5,
  shares: 10,
  spotPrice: 97_000,
  probabilities: { model: 0.6, window: 0.5 },
  windowElapsedSecs: 140,
  strategy: {
    modelType: 'onnx',
    modelVersion: 'v1',
    inputDim: 8,
    windowWeight: 0.1,
    exitMode: 'ev_exit',
    entrySidePolicy: 'lagging_only',
    entryEarlyWindowSecs5m: 120,
    evExitBuffer: 0.005,
    configHash: '5eeded0000000001',
    deploymentId: 'live-1',
  },
});

const METADATA = {
  ...WRITTEN,
  ...Object.fromEntries(
    Array.from({ length: KEYS - Object.keys(WRITTEN).length }, (_, index) => [
      `feature_contribution_${index}`,
      (index * 1.234567).toFixed(6),
    ]),
  ),
};

export interface OrderCounts {
  readonly executions: number;
  readonly decisions: number;
}

/** Fills both tables, which must be empty, up to now, and brings their statistics up to date. */
export async function fillOrders(
  owner: pg.Client,
  { executions, decisions }: OrderCounts,
  days: number = DAYS,
): Promise<void> {
  const everySecs = (rows: number) => (days * 86_400) / rows;
  await owner.query(`SET temp_buffers = '64MB'`);
  await owner.query(CREATE_WRITTEN);
  await owner.query(INSERT_WRITTEN, [JSON.stringify(METADATA)]);
  await fillTable(owner, 'agent_order_executions', () =>
    owner.query(INSERT_EXECUTIONS, [executions, everySecs(executions)]),
  );
  await fillTable(owner, 'risk_gate_decisions', () =>
    owner.query(INSERT_DECISIONS, [decisions, everySecs(decisions)]),
  );
}
