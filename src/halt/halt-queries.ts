import { z } from 'zod';
import type { Halt } from '../domain/halt.js';
import { holdTarget } from '../store/hold-target.js';
import type { Queryable } from '../store/queryable.js';
import { type HaltRecord, haltRecordSchema } from './halt-schema.js';

/** A process that has been silent for so long is gone: it gives a sign of life each second or so. */
const ABANDONED_AFTER_SECS = 10;

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

/** Halts in the bot's database: for the other replicas, and for later. Every call may fail: a halt goes on without. */
export interface HaltStore {
  /**
   * Takes the target for this halt, or tells who has it. A halt whose process gave no sign of life for a while is
   * taken over. @param owner the process
   */
  claim(record: HaltRecord, owner: string): Promise<HaltClaim>;
  /** Writes the state down, with a sign of life. */
  save(record: HaltRecord, owner: string): Promise<void>;
  get(haltId: string): Promise<HaltRecord | undefined>;
  latest(strategy: string, target: string): Promise<Halt | undefined>;
  /** Halts that have not ended and whose process is gone; they belong to `owner` from now on. */
  takeAbandoned(strategy: string, owner: string): Promise<readonly HaltRecord[]>;
  /** Halts that have ended, whose process is gone and whose messages do not show the end; `owner` tells it now. */
  takeUnannounced(strategy: string, owner: string): Promise<readonly HaltRecord[]>;
  /** Notes at ended halts the first release after them. @returns those that were marked by this call */
  markSuperseded(strategy: string): Promise<readonly HaltRecord[]>;
}

type HaltClaim = { readonly kind: 'mine' } | { readonly kind: 'theirs'; readonly halt: Halt };

export function createHaltStore(database: Queryable): HaltStore {
  const haltOf = (record: HaltRecord | undefined) => record?.halt;
  return {
    async claim(record, owner) {
      const other = await claimHalt(database, record, owner);
      return other === undefined ? { kind: 'mine' } : { kind: 'theirs', halt: other.halt };
    },
    save: (record, owner) => saveHalt(database, record, owner),
    get: async (haltId) => (z.uuid().safeParse(haltId).success ? selectHalt(database, haltId) : undefined),
    latest: async (strategy, target) => haltOf(await selectLatestHalt(database, strategy, target)),
    takeAbandoned: (strategy, owner) => takeAbandonedHalts(database, strategy, owner),
    takeUnannounced: (strategy, owner) => takeUnannouncedHalts(database, strategy, owner),
    markSuperseded: (strategy) => markHaltsSuperseded(database, strategy),
  };
}

/**
 * Writes the halt down as the live one of its target. A live one whose process has been silent yields; another
 * one, whose process lives, is returned instead. Times are the server's, so that replicas agree on them.
 */
async function claimHalt(
  database: Queryable,
  record: HaltRecord,
  owner: string,
): Promise<HaltRecord | undefined> {
  await database.query(
    `UPDATE lobml.halts SET ended_at = now(), state = 'not_verified'
     WHERE strategy = $1 AND target = $2 AND ended_at IS NULL AND halt_id <> $3
       AND (alive_at < now() - make_interval(secs => $4) OR (kind = 'previous_model' AND $5 <> 'previous_model')
            OR (kind = 'disable' AND $5 = 'stop'))`,
    [record.halt.strategy, record.halt.target, record.halt.haltId, ABANDONED_AFTER_SECS, record.halt.kind],
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

interface HaltedReleases {
  /** The release that was under way. */
  readonly releaseId: string | null;
  /** How many requests this call has closed. */
  readonly requests: number;
  /** Requests that this halt has closed, now or in an earlier attempt that was cut short. */
  readonly messagesOf: readonly string[];
}

/**
 * Stops what is going on with a target: its release takes no further step, its open requests are closed, and the
 * release's lock is let go of. A start that is being written is waited for, and stopped with the rest; what was asked
 * for after the halt had ended is left alone. Asking twice changes nothing more.
 * @param client of a transaction: the target is held until it ends
 */
export async function haltReleases(
  client: Queryable,
  { strategy, target, requestedBy, requestedAt, endedAt, reason, haltId }: Halt,
): Promise<HaltedReleases> {
  const why = reason ?? `halt ${haltId}`;
  await holdTarget(client, strategy, target);
  const { rows } = await client.query<HaltedReleases>(
    `WITH stopped AS (
       UPDATE lobml.releases
       SET state = 'halted', cancel_requested = COALESCE(cancel_requested, $3)
       WHERE strategy = $1 AND target = $2 AND state IN ('running', 'watching', 'needs_person')
           AND request_id IN (SELECT request_id FROM lobml.release_requests
                              WHERE created_at < COALESCE($7::timestamptz, 'infinity'))
       RETURNING release_id),
     closed AS (
       UPDATE lobml.release_requests SET state = 'halted', ended_at = $4, ended_by = $5, end_reason = $6
       WHERE strategy = $1 AND target = $2 AND state IN ('open', 'approved', 'executing')
           AND created_at < COALESCE($7::timestamptz, 'infinity')
       RETURNING request_id),
     released AS (
       DELETE FROM lobml.locks WHERE strategy = $1 AND target = $2 AND kind = 'release'
         AND release_id IN (SELECT release_id FROM stopped))
     SELECT (SELECT release_id FROM stopped LIMIT 1) AS "releaseId", (SELECT COUNT(*) FROM closed)::int AS requests,
       ARRAY(SELECT request_id::text FROM closed UNION
             SELECT request_id::text FROM lobml.release_requests
             WHERE strategy = $1 AND target = $2 AND state = 'halted' AND ended_at = $4) AS "messagesOf"`,
    [
      strategy,
      target,
      JSON.stringify({ by: requestedBy, reason: why, at: requestedAt }),
      requestedAt,
      JSON.stringify(requestedBy),
      why,
      endedAt,
    ],
  );
  return rows[0] ?? { releaseId: null, requests: 0, messagesOf: [] };
}

/** A message that is older than that nobody takes for the present. */
const MARKED_WITHIN_DAYS = 30;

/**
 * Ended halts of a target of which a release began afterwards: what they claim is history. Of several replicas that
 * ask, one gets each, once.
 */
async function markHaltsSuperseded(database: Queryable, strategy: string): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `UPDATE lobml.halts h
     SET record = jsonb_set(h.record::jsonb, '{halt,laterRelease}',
       jsonb_build_object('releaseId', later.release_id,
         'startedAt', to_char(later.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::json
     FROM (SELECT halt_id, r.release_id, r.started_at
           FROM lobml.halts ended
           CROSS JOIN LATERAL (SELECT release_id, started_at FROM lobml.releases
                               WHERE strategy = ended.strategy AND target = ended.target
                                 AND started_at > ended.ended_at
                               ORDER BY started_at LIMIT 1) r
           WHERE ended.strategy = $1 AND ended.ended_at > now() - make_interval(days => $2)) later
     WHERE h.halt_id = later.halt_id AND h.record->'halt'->'laterRelease' IS NULL
     RETURNING h.record`,
    [strategy, MARKED_WITHIN_DAYS],
  );
  return rows.map(parseHaltRow);
}

/**
 * Writes the state of a halt down, with a sign of life. One that another halt has replaced meanwhile stays ended; one
 * that could not be written while it was live (the database was away) is added when it has ended.
 */
async function saveHalt(database: Queryable, record: HaltRecord, owner: string): Promise<void> {
  await database.query(
    `INSERT INTO lobml.halts AS h (halt_id, strategy, target, kind, state, requested_by, requested_at, ended_at,
       owner, record, alive_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now()
     WHERE $8::timestamptz IS NOT NULL OR EXISTS (SELECT FROM lobml.halts WHERE halt_id = $1)
       OR NOT EXISTS (SELECT FROM lobml.halts WHERE strategy = $2 AND target = $3 AND ended_at IS NULL)
     ON CONFLICT (halt_id) DO UPDATE
       SET state = EXCLUDED.state, record = EXCLUDED.record, owner = EXCLUDED.owner, alive_at = now(),
           ended_at = COALESCE(EXCLUDED.ended_at, h.ended_at)
       WHERE h.ended_at IS NULL OR EXCLUDED.ended_at IS NOT NULL`,
    rowValues(record, owner),
  );
}

export async function selectHalt(database: Queryable, haltId: string): Promise<HaltRecord | undefined> {
  const { rows } = await database.query<HaltRow>('SELECT record FROM lobml.halts WHERE halt_id = $1', [
    haltId,
  ]);
  return rows.map(parseHaltRow)[0];
}

/** The newest one, whether it goes on or has ended. */
async function selectLatestHalt(
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

/** Halts that go on and whose process is silent: of several replicas that ask, one gets each. */
async function takeAbandonedHalts(
  database: Queryable,
  strategy: string,
  owner: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `UPDATE lobml.halts SET owner = $2, alive_at = now()
     WHERE strategy = $1 AND ended_at IS NULL AND owner <> $2
       AND alive_at < now() - make_interval(secs => $3)
     RETURNING record`,
    [strategy, owner, ABANDONED_AFTER_SECS],
  );
  return rows.map(parseHaltRow);
}

/** A message that is older tells nobody anything any more. */
const TOLD_WITHIN_HOURS = 24;

/** Halts that have ended, of whose messages one does not show it, and whose process is silent: each for one replica. */
async function takeUnannouncedHalts(
  database: Queryable,
  strategy: string,
  owner: string,
): Promise<readonly HaltRecord[]> {
  const { rows } = await database.query<HaltRow>(
    `UPDATE lobml.halts SET owner = $2, alive_at = now()
     WHERE strategy = $1 AND ended_at > now() - make_interval(hours => $4)
       AND alive_at < now() - make_interval(secs => $3)
       AND EXISTS (SELECT FROM json_array_elements(record->'messages') AS message
                   WHERE message->>'isFinal' IS DISTINCT FROM 'true')
     RETURNING record`,
    [strategy, owner, ABANDONED_AFTER_SECS, TOLD_WITHIN_HOURS],
  );
  return rows.map(parseHaltRow).filter(({ halt }) => halt.endedAt !== null);
}
