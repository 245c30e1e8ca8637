import type { Queryable } from '../queryable.js';

export interface Following {
  readonly trainingId: string;
  readonly follower: string;
  readonly now: Date;
  readonly until: Date;
}

/** Takes or renews the right to carry a training on; false while another follower holds it. */
export async function followTraining(
  database: Queryable,
  { trainingId, follower, now, until }: Following,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE lobml.trainings SET follower = $2, followed_until = $4
     WHERE training_id = $1 AND state IN ('checking', 'running', 'judging')
       AND (follower = $2 OR followed_until IS NULL OR followed_until < $3)`,
    [trainingId, follower, now, until],
  );
  return rowCount === 1;
}
