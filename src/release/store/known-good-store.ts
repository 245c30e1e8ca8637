import { z } from 'zod';
import {
  type KnownGoodHost,
  type KnownGoodRelease,
  keptElsewhereSchema,
  knownGoodSchema,
  type ReleasedFile,
  releasedFileSchema,
  stagedElsewhereSchema,
} from '../../domain/known-good.js';
import { LIVE_RELEASE_STATES } from '../../domain/release-state.js';
import type { TargetSubject } from '../../domain/target-subject.js';
import type { Queryable } from '../../store/queryable.js';

/** The confirmed releases of a target whose artefacts are still kept, newest first. */
export async function selectKnownGood(
  database: Queryable,
  { strategy, target }: TargetSubject,
): Promise<readonly KnownGoodRelease[]> {
  const { rows } = await database.query(
    `SELECT release_id AS "releaseId", strategy, target, hosts, confirmed_at AS "confirmedAt", pruned_at AS "prunedAt"
     FROM lobml.known_good_releases WHERE strategy = $1 AND target = $2 AND pruned_at IS NULL
     ORDER BY confirmed_at DESC, release_id`,
    [strategy, target],
  );
  return z.array(knownGoodSchema).parse(rows);
}

/**
 * The files of a target's last confirmed release of each path, whether its copies are still kept or not. A release under
 * way has replaced some of them, or is about to.
 */
export async function selectReleasedFiles(
  database: Queryable,
  { strategy, target }: TargetSubject,
): Promise<readonly ReleasedFile[]> {
  const { rows } = await database.query(
    `WITH confirmed AS (
       SELECT DISTINCT ON (host, path) h->>'host' AS host, file->>'path' AS path, file->>'sha256' AS sha256
       FROM lobml.known_good_releases k, json_array_elements(k.hosts) h,
         LATERAL (VALUES (h->'model'), (h->'binary')) AS brought(file)
       WHERE strategy = $1 AND target = $2 AND file->>'path' IS NOT NULL
       ORDER BY host, path, confirmed_at DESC, release_id
     ), under_way AS (
       SELECT h->>'host' AS host, brought.path, brought.sha256
       FROM lobml.releases r, json_array_elements(r.plan->'hosts') h,
         LATERAL (VALUES (h->>'modelPath', r.plan->'model'->>'sha256'),
                         (h->>'binaryPath', r.plan->'binary'->>'sha256')) AS brought(path, sha256)
       WHERE strategy = $1 AND target = $2 AND state = ANY($3)
     )
     SELECT host, path, array_agg(DISTINCT sha256) AS "sha256s"
     FROM (SELECT * FROM confirmed UNION ALL SELECT * FROM under_way) files
     WHERE sha256 IS NOT NULL AND (host, path) IN (SELECT host, path FROM confirmed)
     GROUP BY host, path ORDER BY host, path`,
    [strategy, target, LIVE_RELEASE_STATES],
  );
  return z.array(releasedFileSchema).parse(rows);
}

interface Subject {
  readonly strategy: string;
  readonly target: string;
}

/** The kept copies of every other target's confirmed releases. */
export async function selectKeptByOthers(database: Queryable, { strategy, target }: Subject) {
  const { rows } = await database.query(
    `SELECT DISTINCT target, h->>'host' AS host, file->>'keptPath' AS "keptPath"
     FROM lobml.known_good_releases k, json_array_elements(k.hosts) h,
       LATERAL (VALUES (h->'model'), (h->'binary')) AS kept(file)
     WHERE (strategy, target) <> ($1, $2) AND pruned_at IS NULL AND file->>'keptPath' IS NOT NULL`,
    [strategy, target],
  );
  return z.array(keptElsewhereSchema).parse(rows);
}

/** What every other target's release under way has replaced, and would put back. */
export async function selectStagedByOthers(database: Queryable, { strategy, target }: Subject) {
  const { rows } = await database.query(
    `SELECT r.target, s.host, s.before->>'path' AS path, s.before->>'sha256' AS sha256,
       s.before->>'metaSha256' AS "metaSha256"
     FROM lobml.releases r JOIN lobml.release_steps s USING (release_id)
     WHERE (r.strategy, r.target) <> ($1, $2) AND r.ended_at IS NULL
       AND s.kind IN ('stage_model', 'stage_binary') AND s.before->>'path' IS NOT NULL`,
    [strategy, target],
  );
  return z.array(stagedElsewhereSchema).parse(rows);
}

/** Within the transaction that confirms the release; written twice it stays as it was. */
export async function insertKnownGood(
  database: Queryable,
  releaseId: string,
  hosts: readonly KnownGoodHost[],
  now: Date,
): Promise<void> {
  await database.query(
    `INSERT INTO lobml.known_good_releases (release_id, strategy, target, hosts, confirmed_at)
     SELECT release_id, strategy, target, $2, $3 FROM lobml.releases WHERE release_id = $1
     ON CONFLICT (release_id) DO NOTHING`,
    [releaseId, JSON.stringify(hosts), now],
  );
}

/** Before the files go: a release that is marked is never gone back to, whatever happens to its files. */
export async function markKnownGoodPruned(
  database: Queryable,
  releaseIds: readonly string[],
  now: Date,
): Promise<void> {
  await database.query(
    `UPDATE lobml.known_good_releases SET pruned_at = $2 WHERE release_id = ANY($1) AND pruned_at IS NULL`,
    [releaseIds, now],
  );
}
