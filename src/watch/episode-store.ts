import { z } from 'zod';
import { type WatchDevelopment, type WatchEpisode, watchEpisodeSchema } from '../domain/watch-episode.js';
import type { SubjectChanged } from '../messages/subject.js';
import type { Queryable } from '../store/queryable.js';

const rowSchema = z.object({ episode: watchEpisodeSchema });

/** Undefined for an id that does not exist or is none at all. */
export async function selectEpisode(
  client: Queryable,
  episodeId: string,
  { lock = false } = {},
): Promise<WatchEpisode | undefined> {
  if (!z.uuid().safeParse(episodeId).success) return undefined;
  const { rows } = await client.query(
    `SELECT episode FROM lobml.watch_episodes WHERE episode_id = $1 ${lock ? 'FOR UPDATE' : ''}`,
    [episodeId],
  );
  return rowSchema.optional().parse(rows[0])?.episode;
}

/** The one that was opened last, whether it goes on or not. */
export async function selectNewestEpisode(
  client: Queryable,
  { strategy, target, kind }: Pick<WatchEpisode, 'strategy' | 'target' | 'kind'>,
): Promise<WatchEpisode | undefined> {
  const { rows } = await client.query(
    `SELECT episode FROM lobml.watch_episodes WHERE strategy = $1 AND target = $2 AND kind = $3
     ORDER BY opened_at DESC, episode_id DESC LIMIT 1`,
    [strategy, target, kind],
  );
  return rowSchema.optional().parse(rows[0])?.episode;
}

/** Writes it down; its messages follow in the same transaction. */
export async function keepEpisode(
  { subjectChanged }: { readonly subjectChanged: SubjectChanged },
  client: Queryable,
  episode: WatchEpisode,
): Promise<void> {
  const { episodeId, strategy, target, kind, openedAt } = episode;
  await client.query(
    `INSERT INTO lobml.watch_episodes (episode_id, strategy, target, kind, opened_at, episode)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (episode_id) DO UPDATE SET episode = EXCLUDED.episode`,
    [episodeId, strategy, target, kind, openedAt, JSON.stringify(episode)],
  );
  await subjectChanged(client, `watch:${episodeId}`);
}

const developmentRowsSchema = z.array(
  z.object({ at: z.date(), failed: z.number(), unclear: z.number(), warned: z.number() }),
);

/** How many checks did not pass in the hour before, by twentieths of it: the most that a look found. Gaps are left out. */
export async function selectDevelopment(
  client: Queryable,
  { strategy, target }: Pick<WatchEpisode, 'strategy' | 'target'>,
  until: Date,
): Promise<readonly WatchDevelopment[]> {
  const { rows } = await client.query(
    `SELECT date_bin('3 minutes', began_at, $3::timestamptz) AS at,
       max(coalesce((outcome_counts->>'FAIL')::integer, 0)) AS failed,
       max(coalesce((outcome_counts->>'INCONCLUSIVE')::integer, 0) + coalesce((outcome_counts->>'ERROR')::integer, 0))
         AS unclear,
       max(coalesce((outcome_counts->>'WARN')::integer, 0)) AS warned
     FROM lobml.check_runs
     WHERE strategy = $1 AND target = $2 AND watch_change IS NOT NULL
       AND began_at > $3::timestamptz - INTERVAL '1 hour' AND began_at <= $3::timestamptz
     GROUP BY 1 ORDER BY 1`,
    [strategy, target, until],
  );
  return developmentRowsSchema.parse(rows).map((row) => ({ ...row, at: row.at.toISOString() }));
}
