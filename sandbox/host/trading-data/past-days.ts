import type { StrategyFacts } from './order-metadata.js';
import { insertOrdersHistory } from './orders-history.js';
import type { Queryable } from './queryable.js';
import { upsertSettlements } from './settlements.js';
import { AGENT_ID, accountOf, TRADED_SYMBOLS } from './strategy.js';
import { insertSyncRecords } from './sync-records.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** So many whole days before today have a past. */
const DAYS = 31;
/** What a training looks back, and more. */
const SETTLEMENT_DAYS = DAYS + 16;
/** The feed has this much before each full hour, s: what the checks of the feed look back, and a little more. */
const FEED_SECS = 320;
/** Seconds between two rows of a symbol: some 266 in five minutes, of which the runbook wants 240. */
const FEED_EVERY_SECS = 1.2;
const DEAD_SYMBOL = 'SOLUSDT';

interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** What went wrong in these days; all times are of whole days in UTC. */
export interface PastIncidents {
  /** 40 minutes around 10:00. */
  readonly deadSymbol: Span;
  /** Two and a half hours in the afternoon. */
  readonly blockStorm: Span;
  /** A day. */
  readonly wrongWeights: Span;
  /** Saturday and Sunday. */
  readonly noEntries: Span;
}

/** When the known incidents of the past happened, seen from now. */
export function pastIncidents(now: Date): PastIncidents {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const day = (ago: number, hours = 0): Date => new Date(today - ago * DAY_MS + hours * HOUR_MS);
  // The last Saturday that is two weeks ago or longer.
  const saturday = [14, 15, 16, 17, 18, 19, 20].find((ago) => day(ago).getUTCDay() === 6) ?? 14;
  return {
    deadSymbol: { from: day(3, 9.6), to: day(3, 9.6 + 40 / 60) },
    blockStorm: { from: day(6, 14.25), to: day(6, 16.75) },
    // No window of a full hour of the days beside it holds a part of it.
    wrongWeights: { from: day(10, 0.5), to: day(10, 23) },
    noEntries: { from: day(saturday), to: day(saturday - 2) },
  };
}

export interface PastOptions {
  readonly now: Date;
  readonly strategy: StrategyFacts;
}

/** When the rows of the past end: what is there already begins there. */
interface Present {
  readonly feed: Date;
  readonly orders: Date;
  readonly settlements: Date;
  readonly firstOrder: string;
}

/**
 * Writes the past of both targets before what is there, with its incidents, as one transaction. The feed is thinned: it has
 * rows in the minutes before each full hour alone, so only a look at a full hour sees what a run of then would have seen.
 * @returns what was there before, by which it is taken away again
 */
export async function writePastDays(database: Queryable, options: PastOptions): Promise<Present> {
  const { now } = options;
  const incidents = pastIncidents(now);
  const from = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - DAYS * DAY_MS);
  await database.query('BEGIN');
  try {
    const present = await presentOf(database);
    await writeFeed(database, from, present.feed, incidents.deadSymbol);
    await upsertSettlements(database, {
      from: new Date(now.getTime() - SETTLEMENT_DAYS * DAY_MS),
      to: new Date(present.settlements.getTime() - 60_000),
      now,
    });
    await writeOrders(database, { from, to: present.orders }, options, incidents, present.firstOrder);
    await database.query('COMMIT');
    await database.query(
      'ANALYZE sync_records; ANALYZE agent_order_executions (agent_id, executed_at, account_id, dry_run); ANALYZE risk_gate_decisions',
    );
    return present;
  } catch (error) {
    await database.query('ROLLBACK');
    throw error;
  }
}

/** Takes it away again. */
export async function removePastDays(database: Queryable, present: Present): Promise<void> {
  const before = (table: string, column: string, at: Date) =>
    database.query(`DELETE FROM ${table} WHERE ${column} < $1`, [at]);
  await before('sync_records', 'timestamp', present.feed);
  await before('agent_order_executions', 'executed_at', present.orders);
  await before('risk_gate_decisions', 'decided_at', present.orders);
  await before('pm_token_settlements', 'resolved_at', present.settlements);
}

async function presentOf(database: Queryable): Promise<Present> {
  const { rows } = await database.query(
    `SELECT (SELECT MIN(timestamp) FROM sync_records) AS feed,
       LEAST((SELECT MIN(executed_at) FROM agent_order_executions), (SELECT MIN(decided_at) FROM risk_gate_decisions)) AS orders,
       (SELECT MIN(resolved_at) FROM pm_token_settlements) AS settlements,
       (SELECT MIN(id) FROM agent_order_executions)::text AS "firstOrder"`,
  );
  const [found] = rows as readonly Partial<Present>[];
  const { feed, orders, settlements, firstOrder } = found ?? {};
  if (!feed || !orders || !settlements || !firstOrder)
    throw new Error('the trading database is empty: there is nothing that a past could stand before');
  return { feed, orders, settlements, firstOrder };
}

/** Rows in the minutes before each full hour. */
async function writeFeed(database: Queryable, from: Date, to: Date, dead: Span): Promise<void> {
  for (let hour = from.getTime(); hour < to.getTime(); hour += HOUR_MS) {
    const span = {
      from: new Date(hour - FEED_SECS * 1_000),
      to: new Date(Math.min(hour, to.getTime() - 1)),
      everySecs: FEED_EVERY_SECS,
    };
    const isDead = hour >= dead.from.getTime() && hour < dead.to.getTime();
    const symbols = TRADED_SYMBOLS.filter(({ symbol }) => !(isDead && symbol === DEAD_SYMBOL));
    if (span.to > span.from) await insertSyncRecords(database, { ...span, symbols });
  }
  // Its last rows before it fell silent.
  const symbols = TRADED_SYMBOLS.filter(({ symbol }) => symbol === DEAD_SYMBOL);
  const last = { from: new Date(dead.from.getTime() - 60_000), to: dead.from, everySecs: FEED_EVERY_SECS };
  await insertSyncRecords(database, { ...last, symbols });
}

const PACES = [
  { workload: 'live', dryRun: false, everySecs: 61 },
  { workload: 'dryrun', dryRun: true, everySecs: 83 },
];

/**
 * Written into tables of the session's own first, which stand before the real ones by their names: there the incidents
 * are made, and from there all goes over in the order of time, with numbers before those of the orders that are there.
 */
async function writeOrders(
  database: Queryable,
  span: Span,
  { strategy }: PastOptions,
  incidents: PastIncidents,
  firstOrder: string,
): Promise<void> {
  for (const table of ['agent_order_executions', 'risk_gate_decisions'])
    await database.query(
      `CREATE TEMP TABLE ${table} ON COMMIT DROP AS SELECT * FROM public.${table} LIMIT 0`,
    );
  for (const { workload, ...pace } of PACES)
    await insertOrdersHistory(database, {
      ...span,
      ...pace,
      agentId: AGENT_ID,
      accountId: accountOf(workload),
      strategy: { ...strategy, deploymentId: `${workload}-1` },
    });
  await makeIncidents(database, incidents);
  await database.query(
    `INSERT INTO public.agent_order_executions (id, ${EXECUTION_COLUMNS})
     SELECT $1::bigint - ROW_NUMBER() OVER (ORDER BY executed_at DESC), ${EXECUTION_COLUMNS}
     FROM agent_order_executions ORDER BY executed_at`,
    [firstOrder],
  );
  await database.query(
    `INSERT INTO public.risk_gate_decisions (${DECISION_COLUMNS})
     SELECT ${DECISION_COLUMNS} FROM risk_gate_decisions ORDER BY decided_at`,
  );
}

const EXECUTION_COLUMNS = `account_id, agent_id, intent_id, domain, market_slug, token_id, market_side, is_buy, shares,
  limit_price, order_id, status, filled_shares, avg_fill_price, elapsed_ms, dry_run, intent_created_at, metadata, executed_at`;
const DECISION_COLUMNS = `account_id, decided_at, intent_id, agent_id, domain, decision, block_reason,
  suggestion_max_shares, suggestion_reason, notional_value, config_hash, metadata`;

/** What a storm lets through, of a hundred intents. */
const LET_THROUGH_PERCENT = 5;

async function makeIncidents(database: Queryable, incidents: PastIncidents): Promise<void> {
  const within = ({ from, to }: Span) => [from, to];
  await database.query(
    `UPDATE agent_order_executions
     SET metadata = metadata || '{"p_up_blend_w_model": "0.600000", "p_up_blend_w_window": "0.400000"}'
     WHERE executed_at >= $1 AND executed_at < $2`,
    within(incidents.wrongWeights),
  );
  for (const statement of [
    // Entries that are blocked have no order, and without an order there is no exit.
    `DELETE FROM risk_gate_decisions WHERE decided_at >= $1 AND decided_at < $2 AND metadata->>'signal_type' LIKE '%_exit'`,
    `UPDATE risk_gate_decisions SET decision = 'BLOCKED', block_reason = 'max_exposure'
     WHERE decided_at >= $1 AND decided_at < $2 AND abs(hashtext(intent_id::text)) % 100 >= ${LET_THROUGH_PERCENT}`,
    `DELETE FROM agent_order_executions e WHERE executed_at >= $1 AND executed_at < $2 AND NOT EXISTS (
       SELECT FROM risk_gate_decisions d WHERE d.intent_id = e.intent_id AND d.decision <> 'BLOCKED')`,
  ])
    await database.query(statement, within(incidents.blockStorm));
  for (const [table, column] of [
    ['agent_order_executions', 'executed_at'],
    ['risk_gate_decisions', 'decided_at'],
  ])
    await database.query(
      `DELETE FROM ${table} WHERE ${column} >= $1 AND ${column} < $2`,
      within(incidents.noEntries),
    );
}
