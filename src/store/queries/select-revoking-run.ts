import type { CheckRun } from '../../domain/check-run.js';
import type { RunKind } from '../../domain/outcome.js';
import type { Verdict } from '../../domain/verdict.js';
import type { Queryable } from '../queryable.js';

export interface RevokingRun {
  readonly kind: RunKind;
  readonly verdict: Verdict;
  readonly asOf: Date;
}

/** The newest run over all of a target as it stands that says NO-GO or HOLD and is later than this one. */
export async function selectRevokingRun(
  database: Queryable,
  { strategy, target, asOf }: Pick<CheckRun, 'strategy' | 'target' | 'asOf'>,
): Promise<RevokingRun | undefined> {
  const { rows } = await database.query<RevokingRun>(
    `SELECT kind, verdict, as_of AS "asOf" FROM lobml.check_runs
     WHERE strategy = $1 AND target = $2 AND as_of > $3 AND verdict IN ('NO_GO', 'HOLD')
       AND NOT planned AND NOT partial
     ORDER BY as_of DESC LIMIT 1`,
    [strategy, target, asOf],
  );
  return rows[0];
}
