import { z } from 'zod';
import {
  type CheckRun,
  type CheckRunSummary,
  checkRunSchema,
  revocationSchema,
  type StoredRun,
} from '../../domain/check-run.js';
import { instantSchema } from '../../domain/instant.js';
import type { Outcome } from '../../domain/outcome.js';
import { OUTCOMES, RUN_KINDS } from '../../domain/outcome.js';
import type { Queryable } from '../../store/queryable.js';

const SUMMARY_COLUMNS = `run_id AS "runId", strategy, target, kind, verdict,
  requested_by AS "requestedBy", started_at AS "startedAt", as_of AS "asOf", valid_until AS "validUntil",
  duration_ms AS "durationMs", runbook_sha256 AS "runbookSha256"`;

/** When a run was over, as `began_at`: by this database's clock. */
const ended = (runs: string) => `${runs}.began_at + ${runs}.duration_ms * INTERVAL '1 millisecond'`;

/** In SQL: the worse the verdict, the higher. */
const rankOf = (runs: string) =>
  `array_position(ARRAY['GO','GO_WITH_WARNINGS','HOLD','NO_GO'], ${runs}.verdict)`;

/**
 * A release that mends a target is judged in the knowledge of what the watch sees there: that it goes on seeing the same,
 * or what is better, is nothing new of the plan.
 */
const KNOWN_TO_PLAN = `(runs.planned AND later.watch_change IS NOT NULL AND coalesce((
  SELECT ${rankOf('known')} >= ${rankOf('later')} FROM lobml.check_runs AS known
  WHERE known.strategy = runs.strategy AND known.target = runs.target AND known.watch_change IS NOT NULL
    AND known.began_at <= runs.began_at AND known.began_at > runs.began_at - INTERVAL '1 hour'
  ORDER BY known.began_at DESC LIMIT 1), false))`;

/**
 * What revokes a GO of `runs`: the newest later run of the target, also one of a plan or of a canary, that says NO-GO or
 * HOLD, or that warns where the GO saw nothing wrong. Later is what began later, and what had its last observation later,
 * by the clock of this database: that of a bot may be wrong. The bounds on `began_at` keep it to a piece of the index; a GO
 * is over after minutes.
 */
const REVOKED_BY = `(
  SELECT json_build_object('runId', later.run_id, 'kind', later.kind, 'verdict', later.verdict, 'asOf', later.as_of)
  FROM lobml.check_runs AS later
  WHERE runs.verdict IN ('GO', 'GO_WITH_WARNINGS')
    AND later.strategy = runs.strategy AND later.target = runs.target AND later.run_id <> runs.run_id
    AND later.began_at > runs.began_at - INTERVAL '1 hour'
    AND later.began_at < runs.began_at + INTERVAL '1 day'
    AND (later.began_at > runs.began_at OR ${ended('later')} >= ${ended('runs')})
    AND NOT ${KNOWN_TO_PLAN}
    AND (later.verdict IN ('NO_GO', 'HOLD') OR (later.verdict = 'GO_WITH_WARNINGS' AND EXISTS (
      SELECT FROM json_array_elements(later.checks) AS warned(result)
      JOIN json_array_elements(runs.checks) AS own(result) ON own.result->>'id' = warned.result->>'id'
      WHERE warned.result->>'mode' = 'deciding' AND warned.result->>'outcome' = 'WARN'
        AND own.result->>'outcome' = 'PASS')))
  ORDER BY ${ended('later')} DESC LIMIT 1) AS "revokedBy"`;

const revokedBySchema = revocationSchema.extend({ asOf: instantSchema });

const rowSchema = checkRunSchema.extend({
  startedAt: instantSchema,
  asOf: instantSchema,
  validUntil: instantSchema,
});

const summaryRowSchema = rowSchema.omit({ checks: true, criteria: true, charts: true }).extend({
  outcomeCounts: z.partialRecord(z.enum(OUTCOMES), z.number().int()),
  revokedBy: revokedBySchema.nullish().transform((revocation) => revocation ?? undefined),
});
/** What a whole run has beyond its line of the history. */
const WHOLE_RUN_COLUMNS = `${SUMMARY_COLUMNS}, checks, criteria, charts, planned, partial,
  watch_change IS NOT NULL AS watched`;

/** What a run does not have is null in the table, or false. */
const wholeRunSchema = z.preprocess(
  (row) =>
    Object.fromEntries(Object.entries(row ?? {}).filter(([, value]) => value !== null && value !== false)),
  rowSchema.extend({ revokedBy: revokedBySchema.exactOptional() }),
);

/**
 * Stores a run as soon as it is finished: its beginning follows from that and its length, by no bot's clock. Storing the
 * same run twice (a retry) changes nothing.
 */
export async function insertCheckRun(database: Queryable, run: CheckRun): Promise<void> {
  await database.query(
    `INSERT INTO lobml.check_runs (run_id, strategy, target, kind, verdict, requested_by, started_at, as_of,
       valid_until, duration_ms, runbook_sha256, outcome_counts, checks, criteria, charts, planned, partial,
       outcomes_md5, watch_change, began_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, md5($18),
       CASE WHEN $19 THEN md5($18) IS DISTINCT FROM (${OUTCOMES_OF_WATCH_BEFORE}) END,
       clock_timestamp() - $10::float8 * INTERVAL '1 millisecond')
     ON CONFLICT (run_id) DO NOTHING`,
    [
      run.runId,
      run.strategy,
      run.target,
      run.kind,
      run.verdict,
      JSON.stringify(run.requestedBy),
      toInstant(run.startedAt),
      toInstant(run.asOf),
      toInstant(run.validUntil),
      run.durationMs,
      run.runbookSha256,
      JSON.stringify(countOutcomes(run)),
      JSON.stringify(run.checks),
      run.criteria === undefined ? null : JSON.stringify(run.criteria),
      run.charts === undefined ? null : JSON.stringify(run.charts),
      run.planned ?? false,
      run.partial ?? false,
      outcomesOf(run),
      run.watched ?? false,
    ],
  );
}

/** Of the newest run that the watch asked for, of the kind of the run that is stored. */
const OUTCOMES_OF_WATCH_BEFORE = `
  SELECT earlier.outcomes_md5 FROM lobml.check_runs AS earlier
  WHERE earlier.strategy = $2 AND earlier.target = $3 AND earlier.kind = $4 AND earlier.watch_change IS NOT NULL
  ORDER BY earlier.began_at DESC LIMIT 1`;

/** What became of each check, and what was said of the whole. */
const outcomesOf = ({ verdict, checks }: CheckRun): string =>
  [verdict, ...checks.map(({ id, outcome }) => `${id} ${outcome}`).toSorted()].join('\n');

/** Whole milliseconds in UTC: what comes back from the database is the same text. */
function toInstant(text: string): string {
  return new Date(text).toISOString();
}

function countOutcomes(run: CheckRun): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of run.checks) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

export interface CheckRunPageRequest {
  readonly strategy: string;
  /** All targets unless told. */
  readonly target?: string;
  /** The last line of the page before; the newest runs unless told. */
  readonly before?: Pick<CheckRunSummary, 'startedAt' | 'runId'>;
  /** The first line of the page after: the runs just newer than it, newest first as well. */
  readonly after?: Pick<CheckRunSummary, 'startedAt' | 'runId'>;
  readonly limit: number;
}

/** Newest first. Each page starts where the one before ended, so its cost does not grow with the history. */
export async function selectCheckRunPage(
  database: Queryable,
  { strategy, target, before, after, limit }: CheckRunPageRequest,
): Promise<readonly CheckRunSummary[]> {
  const values: unknown[] = [strategy, limit];
  // Of what the watch saw the changes are history for people: every look would drown what they asked for.
  const conditions = ['strategy = $1', 'NOT planned', 'NOT partial', 'watch_change IS NOT FALSE'];
  // Conditions that are left out, not made optional: `$3 IS NULL OR …` would keep the planner off the index.
  if (target !== undefined) conditions.push(`target = $${values.push(target)}`);
  if (before !== undefined) {
    const startedAt = values.push(before.startedAt);
    conditions.push(`(started_at, run_id) < ($${startedAt}, $${values.push(before.runId)})`);
  }
  if (after !== undefined) {
    const startedAt = values.push(after.startedAt);
    conditions.push(`(started_at, run_id) > ($${startedAt}, $${values.push(after.runId)})`);
  }
  const order = after === undefined ? 'DESC' : 'ASC';
  const { rows } = await database.query(
    `SELECT ${SUMMARY_COLUMNS}, outcome_counts AS "outcomeCounts" FROM lobml.check_runs
     WHERE ${conditions.join(' AND ')}
     ORDER BY started_at ${order}, run_id ${order} LIMIT $2`,
    values,
  );
  const runs = z.array(summaryRowSchema).parse(rows);
  return after === undefined ? runs : runs.toReversed();
}

/** @param runId a UUID */
export async function selectCheckRun(database: Queryable, runId: string): Promise<StoredRun | undefined> {
  const { rows } = await database.query(
    `SELECT ${WHOLE_RUN_COLUMNS}, ${REVOKED_BY} FROM lobml.check_runs AS runs WHERE run_id = $1`,
    [runId],
  );
  return wholeRunSchema.optional().parse(rows[0]);
}

export type RunSubject = Pick<CheckRun, 'strategy' | 'target' | 'kind'>;

/**
 * The run that somebody started last, whatever its verdict. Runs that judge a release's plan say nothing about what
 * stands, and of those of the watch nobody has a report that would be the newest: both are left out.
 */
export async function selectLatestCheckRun(
  database: Queryable,
  { strategy, target, kind }: RunSubject,
): Promise<CheckRun | undefined> {
  const { rows } = await database.query(
    `SELECT ${WHOLE_RUN_COLUMNS} FROM lobml.check_runs
     WHERE strategy = $1 AND target = $2 AND kind = $3 AND NOT planned AND NOT partial AND watch_change IS NULL
     ORDER BY began_at DESC, run_id DESC LIMIT 1`,
    [strategy, target, kind],
  );
  return wholeRunSchema.optional().parse(rows[0]);
}

/** The newest run of each kind over all of a target as it stood, one descent of the index a kind; a kind that never ran is left out. */
export async function selectLatestOfKinds(
  database: Queryable,
  { strategy, target }: Pick<CheckRun, 'strategy' | 'target'>,
): Promise<readonly CheckRunSummary[]> {
  const { rows } = await database.query(
    `SELECT latest.* FROM unnest($3::text[]) WITH ORDINALITY AS wanted (kind, place)
     CROSS JOIN LATERAL (
       SELECT ${SUMMARY_COLUMNS}, outcome_counts AS "outcomeCounts", ${REVOKED_BY}
       FROM lobml.check_runs AS runs
       WHERE runs.strategy = $1 AND runs.target = $2 AND runs.kind = wanted.kind
         AND NOT runs.planned AND NOT runs.partial
       ORDER BY runs.began_at DESC, runs.run_id DESC LIMIT 1) latest
     ORDER BY wanted.place`,
    [strategy, target, RUN_KINDS],
  );
  return z.array(summaryRowSchema).parse(rows);
}

export interface PassedWindowsRequest extends Pick<CheckRun, 'strategy' | 'target'> {
  /** Runs that were started since then. */
  readonly since: Date;
  readonly limit: number;
}

const passedWindowSchema = z.object({ runId: z.string(), from: z.coerce.date(), to: z.coerce.date() });
export type PassedWindowRow = z.infer<typeof passedWindowSchema>;

/**
 * The windows of runs that looked at one and passed, newest first: GO, or GO WITH WARNINGS of which somebody has
 * acknowledged each. A later run that judged a part of the same window worse revokes it.
 */
export async function selectPassedWindows(
  database: Queryable,
  { strategy, target, since, limit }: PassedWindowsRequest,
): Promise<readonly PassedWindowRow[]> {
  const { rows } = await database.query(
    `SELECT r.run_id AS "runId", w.seen->>'from' AS "from", w.seen->>'to' AS "to"
     FROM lobml.check_runs AS r
     CROSS JOIN LATERAL (
       SELECT c.result->'evidence'->'window' AS seen FROM json_array_elements(r.checks) AS c(result)
       WHERE c.result->'evidence'->'window'->>'from' IS NOT NULL LIMIT 1) AS w
     WHERE r.strategy = $1 AND r.target = $2 AND r.started_at >= $3
       AND NOT r.planned AND NOT r.partial
       AND r.kind IN ('verify', 'gonogo') AND r.verdict IN ('GO', 'GO_WITH_WARNINGS')
       -- Nobody has a report of a look in which to acknowledge its warnings.
       AND (r.watch_change IS NULL OR r.verdict = 'GO')
       AND NOT EXISTS (
         SELECT FROM json_array_elements(r.checks) AS c(result)
         WHERE c.result->>'outcome' = 'WARN' AND c.result->>'mode' = 'deciding' AND NOT EXISTS (
           SELECT FROM lobml.warning_acknowledgements AS a
           WHERE a.run_id = r.run_id AND a.check_id = c.result->>'id'))
       AND NOT EXISTS (
         SELECT FROM lobml.check_runs AS later
         CROSS JOIN LATERAL json_array_elements(later.checks) AS c(result)
         WHERE later.strategy = r.strategy AND later.target = r.target
           AND later.began_at > r.began_at AND later.began_at < r.began_at + INTERVAL '1 day'
           AND later.verdict IN ('NO_GO', 'HOLD')
           AND (c.result->'evidence'->'window'->>'from')::timestamptz < (w.seen->>'to')::timestamptz)
     ORDER BY r.began_at DESC, r.run_id DESC LIMIT $4`,
    [strategy, target, since, limit],
  );
  return z.array(passedWindowSchema).parse(rows);
}

/**
 * The GOs of a target that somebody asked for and that are no older than a verdict lives, apart from one run: what a worse one, just stored, revokes.
 * Which of them it does is worked out whenever one is read.
 */
export async function selectLiveGoes(
  database: Queryable,
  { strategy, target, runId }: Pick<CheckRun, 'strategy' | 'target' | 'runId'>,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ runId: string }>(
    `SELECT run_id AS "runId" FROM lobml.check_runs
     WHERE strategy = $1 AND target = $2 AND run_id <> $3 AND verdict IN ('GO', 'GO_WITH_WARNINGS')
       AND watch_change IS NULL
       AND began_at > clock_timestamp() - INTERVAL '1 hour'`,
    [strategy, target, runId],
  );
  return rows.map(({ runId }) => runId);
}

/** Runs of one target are stored one after the other: none misses what another, just being stored, revokes. */
export async function lockTarget(
  database: Queryable,
  { strategy, target }: Pick<CheckRun, 'strategy' | 'target'>,
): Promise<void> {
  await database.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${strategy} ${target}`]);
}

const runPlaceSchema = z.object({ runId: z.uuid(), startedAt: instantSchema });

/** Where a run stands in the history, without reading the run. @param runId a UUID */
export async function selectRunPlace(
  database: Queryable,
  runId: string,
): Promise<Pick<CheckRunSummary, 'startedAt' | 'runId'> | undefined> {
  const { rows } = await database.query(
    'SELECT run_id AS "runId", started_at AS "startedAt" FROM lobml.check_runs WHERE run_id = $1',
    [runId],
  );
  return runPlaceSchema.optional().parse(rows[0]);
}
