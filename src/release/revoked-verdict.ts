import { selectRevokingRun } from '../checks/store/check-runs.js';
import type { CheckRun } from '../domain/check-run.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import type { Queryable } from '../store/queryable.js';

/** A later run that is worse revokes the GO of a request, until its evidence is renewed. */
export async function refuseIfRevoked(database: Queryable, run: CheckRun): Promise<Refused | undefined> {
  const worse = await selectRevokingRun(database, run);
  if (worse === undefined) return undefined;
  const { kind, verdict, asOf } = worse;
  return refused('verdict_revoked', { run: kind, verdict, since: asOf.toISOString() });
}
