import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addDays } from 'date-fns/addDays';
import { addHours } from 'date-fns/addHours';
import { findPackageRoot } from '../../../src/machine/package-root.js';
import type { StrategyFacts } from './order-metadata.js';
import { insertOrdersHistory, type OrdersHistory } from './orders-history.js';
import type { Queryable } from './queryable.js';
import { upsertSettlements } from './settlements.js';
import { AGENT_ID, accountOf, FIRST_MODEL_VERSION, TRADED_SYMBOLS } from './strategy.js';
import { insertSyncRecords } from './sync-records.js';

export interface SeedOptions {
  /** The history ends here. */
  readonly now: Date;
  /** 1: one hour of the feed and one day of orders. Settlements always cover 14 days. */
  readonly scale?: number;
  /** The version that the orders of the history carry. */
  readonly modelVersion?: string;
}

export interface SeededRows {
  readonly syncRecords: number;
  readonly settlements: number;
  readonly executions: number;
}

/** Without the columns of JSON, which no plan rests on and which take most of the time. */
const ANALYZE = `BEGIN;
SET LOCAL default_statistics_target = 20;
ANALYZE sync_records,
  pm_token_settlements (token_id, condition_id, market_id, market_slug, outcome, settled_price, resolved, resolved_at,
    fetched_at),
  agent_order_executions (account_id, agent_id, intent_id, domain, market_slug, token_id, dry_run, executed_at),
  risk_gate_decisions (account_id, decided_at, intent_id, agent_id, domain, decision, block_reason);
COMMIT`;

/** One history was written after the other; of the orders themselves the later one has the higher number. */
const NUMBER_BY_TIME = `WITH numbered AS (
  SELECT id, ROW_NUMBER() OVER (ORDER BY executed_at, id) + COUNT(*) OVER () AS number FROM agent_order_executions
), renumbered AS (
  UPDATE agent_order_executions e SET id = n.number FROM numbered n WHERE n.id = e.id RETURNING e.id
) SELECT setval(pg_get_serial_sequence('agent_order_executions', 'id'), MAX(id)) FROM renumbered`;

/** Creates the four tables and their indexes, where they are missing. */
export async function createTradingSchema(database: Queryable): Promise<void> {
  const { tables, indexes } = await readSchema();
  await database.query(tables + indexes);
}

/** The file creates each table before its indexes; the rows of a history are written in half the time without them. */
async function readSchema(): Promise<{ readonly tables: string; readonly indexes: string }> {
  const text = await readFile(
    join(findPackageRoot(import.meta.url), 'runbooks/crypto_lob_ml/tables.sql'),
    'utf8',
  );
  const statements = text.split(/(?<=;)\s*\n/);
  const isIndex = (statement: string) => statement.includes('CREATE INDEX');
  return {
    tables: statements.filter((statement) => !isIndex(statement)).join('\n'),
    indexes: statements.filter(isIndex).join('\n'),
  };
}

/** What the orders of the history carry. */
export function seededStrategy(modelVersion: string, deploymentId: string): StrategyFacts {
  return {
    modelType: 'onnx',
    modelVersion,
    inputDim: 8,
    windowWeight: 0.1,
    exitMode: 'ev_exit',
    entrySidePolicy: 'lagging_only',
    entryEarlyWindowSecs5m: 120,
    evExitBuffer: 0.005,
    configHash: '5eeded0000000001',
    deploymentId,
  };
}

function histories(options: Required<SeedOptions>): OrdersHistory[] {
  const { now, scale, modelVersion } = options;
  const oneDay = { from: addHours(now, -24 * scale), to: now };
  // The last part at the pace at which the simulated hosts go on, so that a comparison across their start is fair.
  const lastPart = { from: addHours(now, -scale), to: now };
  const before = { from: oneDay.from, to: lastPart.from };
  const live = {
    agentId: AGENT_ID,
    accountId: accountOf('live'),
    dryRun: false,
    strategy: seededStrategy(modelVersion, 'live-1'),
  };
  const dryRun = {
    agentId: AGENT_ID,
    accountId: accountOf('dryrun'),
    dryRun: true,
    strategy: seededStrategy(modelVersion, 'dryrun-1'),
  };
  return [
    { ...before, ...live, everySecs: 30 },
    { ...lastPart, ...live, everySecs: 2 },
    { ...before, ...dryRun, everySecs: 60 },
    { ...lastPart, ...dryRun, everySecs: 4 },
    { ...oneDay, agentId: 'crypto_momentum', accountId: accountOf('live'), dryRun: false, everySecs: 60 },
    { ...oneDay, agentId: 'sports_arb', accountId: 'acct-sports', dryRun: false, everySecs: 120 },
  ];
}

/**
 * Creates the schema and fills it with a history that ends at `now`: set-based, and the same rows for the same
 * `now`. The tables must be empty.
 */
export async function seedTradingDatabase(database: Queryable, options: SeedOptions): Promise<SeededRows> {
  const settings = { scale: 1, modelVersion: FIRST_MODEL_VERSION, ...options };
  const { now } = settings;
  const { tables, indexes } = await readSchema();
  await database.query(tables);
  const syncRecords = await insertSyncRecords(database, {
    from: addHours(now, -settings.scale),
    to: now,
    everySecs: 1,
    symbols: TRADED_SYMBOLS,
  });
  const settlements = await upsertSettlements(database, {
    from: addHours(addDays(now, -14), -1),
    to: now,
    now,
  });
  let executions = 0;
  for (const history of histories(settings)) executions += await insertOrdersHistory(database, history);
  await database.query(NUMBER_BY_TIME);
  await database.query(indexes);
  await database.query(ANALYZE);
  return { syncRecords, settlements, executions };
}
