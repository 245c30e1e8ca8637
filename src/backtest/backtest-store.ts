import { z } from 'zod';
import {
  type Backtest,
  type BacktestFault,
  type BacktestFigures,
  backtestSchema,
} from '../domain/backtest.js';
import type { Person } from '../domain/person.js';
import type { Queryable } from '../store/queryable.js';

const COLUMNS = `backtest_id AS "backtestId", strategy, target, wish, state, requested_by AS "requestedBy",
  requested_at AS "requestedAt", done, moments, figures, fault, cancelled_by AS "cancelledBy", ended_at AS "endedAt"`;

/** The process of a back-test says at least so often that it lives, s. */
const ALIVE_SECS = 15;
const ALIVE_UNTIL = `now() + make_interval(secs => ${ALIVE_SECS})`;

type NewBacktest = Pick<Backtest, 'backtestId' | 'strategy' | 'target' | 'wish' | 'requestedBy'>;

/** False where one of the strategy goes on. */
export async function insertBacktest(database: Queryable, backtest: NewBacktest): Promise<boolean> {
  const { backtestId, strategy, target, wish, requestedBy } = backtest;
  const { rowCount } = await database.query(
    `INSERT INTO lobml.backtests (backtest_id, strategy, target, wish, state, requested_by, alive_until)
     VALUES ($1, $2, $3, $4, 'running', $5, ${ALIVE_UNTIL})
     ON CONFLICT (strategy) WHERE ended_at IS NULL DO NOTHING`,
    [backtestId, strategy, target, JSON.stringify(wish), JSON.stringify(requestedBy)],
  );
  return rowCount === 1;
}

/** Undefined for an id that does not exist or is no id at all. */
export async function selectBacktest(database: Queryable, backtestId: string): Promise<Backtest | undefined> {
  if (!z.uuid().safeParse(backtestId).success) return undefined;
  const { rows } = await database.query(`SELECT ${COLUMNS} FROM lobml.backtests WHERE backtest_id = $1`, [
    backtestId,
  ]);
  return backtestSchema.optional().parse(rows[0]);
}

/** The one of a strategy that goes on. */
export async function selectLiveBacktest(
  database: Queryable,
  strategy: string,
): Promise<Backtest | undefined> {
  const { rows } = await database.query(
    `SELECT ${COLUMNS} FROM lobml.backtests WHERE strategy = $1 AND ended_at IS NULL`,
    [strategy],
  );
  return backtestSchema.optional().parse(rows[0]);
}

/** Notes how far it is, and that its process lives. @returns whether it goes on, and nobody has cancelled it */
export async function keepBacktestAlive(
  database: Queryable,
  backtestId: string,
  { done, moments }: Pick<Backtest, 'done' | 'moments'>,
): Promise<boolean> {
  const { rows } = await database.query<{ goesOn: boolean }>(
    `UPDATE lobml.backtests SET done = $2, moments = $3, alive_until = ${ALIVE_UNTIL}
     WHERE backtest_id = $1 AND ended_at IS NULL RETURNING cancelled_by IS NULL AS "goesOn"`,
    [backtestId, done, moments],
  );
  return rows[0]?.goesOn === true;
}

/** The first who asks stands as the one who cancelled. False where it has ended, or somebody asked before. */
export async function cancelBacktest(database: Queryable, backtestId: string, by: Person): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE lobml.backtests SET cancelled_by = $2
     WHERE backtest_id = $1 AND cancelled_by IS NULL AND ended_at IS NULL`,
    [backtestId, JSON.stringify(by)],
  );
  return rowCount === 1;
}

interface BacktestEnd {
  readonly state: Exclude<Backtest['state'], 'running'>;
  readonly figures: BacktestFigures | null;
  readonly fault: BacktestFault | null;
}

/** What has ended stays as it is. */
export async function endBacktest(
  database: Queryable,
  backtestId: string,
  { state, figures, fault }: BacktestEnd,
): Promise<void> {
  await database.query(
    `UPDATE lobml.backtests SET state = $2, figures = $3, fault = $4, ended_at = now(),
       done = coalesce($5, done), moments = coalesce($6, moments)
     WHERE backtest_id = $1 AND ended_at IS NULL`,
    [
      backtestId,
      state,
      figures === null ? null : JSON.stringify(figures),
      fault === null ? null : JSON.stringify(fault),
      figures?.done ?? null,
      figures?.moments ?? null,
    ],
  );
}

/** Ends it where its process has gone silent. @returns whether it was ended here */
export async function interruptSilent(client: Queryable, backtestId: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE lobml.backtests SET state = 'interrupted', ended_at = now()
     WHERE backtest_id = $1 AND ended_at IS NULL AND alive_until < now()`,
    [backtestId],
  );
  return rowCount === 1;
}
