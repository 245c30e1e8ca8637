import { z } from 'zod';
import type { Halt } from '../domain/halt.js';
import type { Queryable } from '../store/queryable.js';
import { type HaltMessage, type HaltRecord, haltRecordSchema } from './halt-schema.js';

/** A process holds a halt as long as it renews its lease; silent for so long, it is gone. */
const LEASE_SECS = 10;
/** A message that is older than that nobody takes for the present, and nobody waits for it. */
const TOLD_WITHIN_DAYS = 30;

interface HaltRow {
  readonly record: unknown;
}

/** @throws ZodError for a row that another version of the bot has written in another shape. */
const parseHaltRow = ({ record }: HaltRow): HaltRecord => haltRecordSchema.parse(record);

/** The values of a row, in the order of the columns that the statements name. */
function rowValues(record: HaltRecord, owner: string): unknown[] {
  const { haltId, strategy, target, kind, state, requestedBy, requestedAt, endedAt } = record.halt;
  return [
    haltId,
    strategy,
    target,
    kind,
    state,
    JSON.stringify(requestedBy),
    requestedAt,
    endedAt,
    owner,
    JSON.stringify(record),
  ];
}

/**
 * Claims the target for a halt: writes it down as the live one, with a lease for its process. A live one that is weaker, or
 * whose lease has run out, yields. Times are the server's, so that replicas agree on them.
 * @returns the halt of another process that holds the target instead
 */
export async function claimHalt(
  database: Queryable,
  record: HaltRecord,
  owner: string,
): Promise<HaltRecord | undefined> {
  await database.query(
    `UPDATE lobml.halts SET ended_at = now(), state = 'not_verified'
     WHERE strategy = $1 AND target = $2 AND ended_at IS NULL AND halt_id <> $3
       AND (alive_at < now() - make_interval(secs => $4) OR (kind = 'previous_model' AND $5 <> 'previous_model')
            OR (kind = 'stop_entries' AND $5 IN ('disable', 'stop')) OR (kind = 'disable' AND $5 = 'stop'))`,
    [record.halt.strategy, record.halt.target, record.halt.haltId, LEASE_SECS, record.halt.kind],
  );
  const { rowCount } = await database.query(
    `INSERT INTO lobml.halts (halt_id, strategy, target, kind, state, requested_by, requested_at, ended_at, owner,
       record, alive_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now())
     ON CONFLICT DO NOTHING`,
    rowValues(record, owner),
  );
  if (rowCount === 1) return undefined;
  const { rows } = await database.query<HaltRow>(
    'SELECT record FROM lobml.halts WHERE strategy = $1 AND target = $2 AND ended_at IS NULL AND halt_id <> $3',
    [record.halt.strategy, record.halt.target, record.halt.haltId],
  );
  return rows.map(parseHaltRow)[0];
}

/** Of what this process writes and of what followers have noted: theirs, where this one only owes it. */
const MESSAGES = `(SELECT COALESCE(jsonb_agg(message), '[]') FROM (
  SELECT message FROM jsonb_array_elements((EXCLUDED.record->'messages')::jsonb) AS message
  WHERE message->>'ts' IS NOT NULL OR NOT EXISTS (
    SELECT FROM jsonb_array_elements((h.record->'messages')::jsonb) AS known
    WHERE known ? 'follower' AND known->>'key' = message->>'key')
  UNION ALL
  SELECT known FROM jsonb_array_elements((h.record->'messages')::jsonb) AS known
  WHERE known ? 'follower' AND NOT EXISTS (
    SELECT FROM jsonb_array_elements((EXCLUDED.record->'messages')::jsonb) AS message
    WHERE message->>'key' = known->>'key' AND message->>'ts' IS NOT NULL)) AS both_kinds(message))`;

/**
 * Writes the state of a halt down, and renews its lease. One that another halt has replaced meanwhile stays ended; one
 * that could not be written while it was live (the database was away) is added when it has ended. That a later release
 * has made it history, a later halt has resolved it, or its positions were closed, stays known, whoever writes it.
 */
export async function saveHalt(database: Queryable, record: HaltRecord, owner: string): Promise<void> {
  await database.query(
    `INSERT INTO lobml.halts AS h (halt_id, strategy, target, kind, state, requested_by, requested_at, ended_at,
       owner, record, alive_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now()
     WHERE $8::timestamptz IS NOT NULL OR EXISTS (SELECT FROM lobml.halts WHERE halt_id = $1)
       OR NOT EXISTS (SELECT FROM lobml.halts WHERE strategy = $2 AND target = $3 AND ended_at IS NULL)
     ON CONFLICT (halt_id) DO UPDATE
       SET state = EXCLUDED.state, owner = EXCLUDED.owner, alive_at = now(),
           ended_at = COALESCE(EXCLUDED.ended_at, h.ended_at),
           record = jsonb_set(jsonb_set(EXCLUDED.record::jsonb, '{messages}', ${MESSAGES}), '{halt}',
             (EXCLUDED.record->'halt')::jsonb ||
             CASE WHEN h.record->'halt'->'flatten' IS NULL THEN '{}'
                  ELSE jsonb_build_object('flatten', h.record->'halt'->'flatten') END ||
             jsonb_strip_nulls(jsonb_build_object('laterRelease', h.record->'halt'->'laterRelease',
               'resolvedBy', h.record->'halt'->'resolvedBy')))::json
       WHERE h.ended_at IS NULL OR EXCLUDED.ended_at IS NOT NULL`,
    rowValues(record, owner),
  );
}

export async function selectHalt(database: Queryable, haltId: string): Promise<HaltRecord | undefined> {
  if (!z.uuid().safeParse(haltId).success) return undefined;
  const { rows } = await database.query<HaltRow>('SELECT record FROM lobml.halts WHERE halt_id = $1', [
    haltId,
  ]);
  return rows.map(parseHaltRow)[0];
}

/** The newest one, whether it goes on or has ended. */
export async function selectLatestHalt(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<HaltRecord | undefined> {
  const { rows } = await database.query<HaltRow>(
    'SELECT record FROM lobml.halts WHERE strategy = $1 AND target = $2 ORDER BY requested_at DESC LIMIT 1',
    [strategy, target],
  );
  return rows.map(parseHaltRow)[0];
}

/** Ids of orders that the venue named in the newest halt of the target besides this one. */
export async function selectNamedBefore(
  database: Queryable,
  { haltId, strategy, target }: Pick<Halt, 'haltId' | 'strategy' | 'target'>,
): Promise<readonly string[]> {
  const { rows } = await database.query<HaltRow>(
    `SELECT record FROM lobml.halts WHERE strategy = $1 AND target = $2 AND halt_id <> $3
       AND kind <> 'previous_model' ORDER BY requested_at DESC LIMIT 1`,
    [strategy, target, haltId],
  );
  return rows.map(parseHaltRow)[0]?.halt.venue?.named ?? [];
}

/** The newest one that was to turn the strategy off: a model that was put back since changes nothing about that. */
export async function selectLatestTurnOff(
  database: Queryable,
  strategy: string,
  target: string,
): Promise<HaltRecord | undefined> {
  const { rows } = await database.query<HaltRow>(
    `SELECT record FROM lobml.halts WHERE strategy = $1 AND target = $2 AND kind <> 'previous_model'
     ORDER BY requested_at DESC LIMIT 1`,
    [strategy, target],
  );
  return rows.map(parseHaltRow)[0];
}

/** Halts that go on and whose lease has run out: of several replicas that ask, one gets each. */
export async function takeAbandonedHalts(
  database: Queryable,
  strategy: string,
  owner: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `UPDATE lobml.halts SET owner = $2, alive_at = now()
     WHERE strategy = $1 AND ended_at IS NULL AND owner <> $2
       AND alive_at < now() - make_interval(secs => $3)
     RETURNING record`,
    [strategy, owner, LEASE_SECS],
  );
  return rows.map(parseHaltRow);
}

/** Halts that have ended, of whose messages one does not show it, and whose lease has run out: each for one replica. */
export async function takeUnannouncedHalts(
  database: Queryable,
  strategy: string,
  owner: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `UPDATE lobml.halts SET owner = $2, alive_at = now()
     WHERE strategy = $1 AND ended_at > now() - make_interval(days => $4)
       AND alive_at < now() - make_interval(secs => $3)
       AND EXISTS (SELECT FROM json_array_elements(record->'messages') AS message
                   WHERE message->>'isFinal' IS DISTINCT FROM 'true')
     RETURNING record`,
    [strategy, owner, LEASE_SECS, TOLD_WITHIN_DAYS],
  );
  return rows.map(parseHaltRow).filter(({ halt }) => halt.endedAt !== null);
}

/**
 * Ended halts of a target of which a release began afterwards: what they claim is history. Of several replicas that
 * ask, one gets each, once.
 */
export async function markHaltsSuperseded(
  database: Queryable,
  strategy: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `UPDATE lobml.halts h
     SET record = jsonb_set(h.record::jsonb, '{halt,laterRelease}',
       jsonb_build_object('releaseId', later.release_id,
         'startedAt', to_char(later.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
         'by', later.requested_by))::json
     FROM (SELECT halt_id, r.release_id, r.started_at, r.requested_by
           FROM lobml.halts ended
           CROSS JOIN LATERAL (SELECT began.release_id, began.started_at, q.requested_by
                               FROM lobml.releases began JOIN lobml.release_requests q USING (request_id)
                               WHERE began.strategy = ended.strategy AND began.target = ended.target
                                 AND began.started_at > ended.ended_at
                               ORDER BY began.started_at LIMIT 1) r
           WHERE ended.strategy = $1 AND ended.ended_at > now() - make_interval(days => $2)) later
     WHERE h.halt_id = later.halt_id AND h.record->'halt'->'laterRelease' IS NULL
     RETURNING h.record`,
    [strategy, TOLD_WITHIN_DAYS],
  );
  return rows.map(parseHaltRow);
}

/**
 * Ended halts that were not verified, or that a release has followed, of a target of which a halt was verified after that:
 * what they ask for is over. A model that was put back says nothing of a strategy that was to be off. Each for one replica, once.
 */
export async function markHaltsResolved(
  database: Queryable,
  strategy: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `UPDATE lobml.halts h
     SET record = jsonb_set(h.record::jsonb, '{halt,resolvedBy}', later.resolved)::json
     FROM (SELECT open.halt_id, l.resolved
           FROM (SELECT halt_id, strategy, target, kind, state,
                   GREATEST(ended_at, (record->'halt'->'laterRelease'->>'startedAt')::timestamptz) AS since,
                   (record->'halt'->'resolvedBy'->>'at')::timestamptz AS resolved_at,
                   record->'halt'->'laterRelease' IS NOT NULL AS is_followed
                 FROM lobml.halts
                 WHERE strategy = $1 AND ended_at > now() - make_interval(days => $2)) open
           CROSS JOIN LATERAL (SELECT jsonb_build_object('haltId', halt_id, 'kind', kind,
                                 'by', record->'halt'->'requestedBy', 'at', record->'halt'->'endedAt') AS resolved
                               FROM lobml.halts
                               WHERE strategy = open.strategy AND target = open.target AND state = 'verified'
                                 AND (kind IN ('disable', 'stop') OR kind = open.kind)
                                 AND ended_at > open.since AND halt_id <> open.halt_id
                               ORDER BY ended_at LIMIT 1) l
           WHERE (open.state = 'not_verified' OR open.is_followed)
             AND (open.resolved_at IS NULL OR open.resolved_at <= open.since)) later
     WHERE h.halt_id = later.halt_id
       AND (h.record->'halt'->'resolvedBy' IS NULL
            OR h.record->'halt'->'resolvedBy'->>'haltId' <> later.resolved->>'haltId')
     RETURNING h.record`,
    [strategy, TOLD_WITHIN_DAYS],
  );
  return rows.map(parseHaltRow);
}

/**
 * What a process that only shows a halt has noted of its messages. Whoever carries the halt out keeps its lease, until it has
 * ended: then this is the sign of life of what is still told.
 */
export async function noteFollowers(
  database: Queryable,
  haltId: string,
  messages: readonly HaltMessage[],
): Promise<void> {
  await database.query(
    `UPDATE lobml.halts SET
       record = jsonb_set(record::jsonb, '{messages}', $2::jsonb || (
         SELECT COALESCE(jsonb_agg(known), '[]') FROM jsonb_array_elements((record->'messages')::jsonb) AS known
         WHERE NOT EXISTS (SELECT FROM jsonb_array_elements($2::jsonb) AS message
                           WHERE message->>'key' = known->>'key')))::json,
       alive_at = CASE WHEN ended_at IS NULL THEN alive_at ELSE now() END
     WHERE halt_id = $1`,
    [haltId, JSON.stringify(messages)],
  );
}

/** Halts of terminals that go on: a terminal has no Slack. */
export async function selectTerminalHalts(
  database: Queryable,
  strategy: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `SELECT record FROM lobml.halts
     WHERE strategy = $1 AND ended_at IS NULL AND requested_by->>'surface' = 'terminal'
       AND alive_at >= now() - make_interval(secs => $2)`,
    [strategy, LEASE_SECS],
  );
  return rows.map(parseHaltRow);
}

/** @returns whether this process shows the halt, as long as it asks again in time; undefined: the database knows no such halt */
export async function claimTelling(
  database: Queryable,
  haltId: string,
  teller: string,
): Promise<boolean | undefined> {
  const { rowCount } = await database.query(
    `UPDATE lobml.halts SET teller = $2, teller_alive_at = now()
     WHERE halt_id = $1
       AND (teller IS NULL OR teller = $2 OR teller_alive_at < now() - make_interval(secs => $3))`,
    [haltId, teller, LEASE_SECS],
  );
  if (rowCount === 1) return true;
  const { rows } = await database.query('SELECT FROM lobml.halts WHERE halt_id = $1', [haltId]);
  return rows.length === 0 ? undefined : false;
}
