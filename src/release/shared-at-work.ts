import { z } from 'zod';
import { type ReleasePlan, releasePlanSchema } from '../domain/release-plan.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import { LIVE_RELEASE_STATES } from '../domain/release-state.js';
import { isSameMachine } from '../runbook/same-place.js';
import type { Target } from '../runbook/targets.js';
import type { Queryable } from '../store/queryable.js';

/**
 * Two releases at once that bring or change the same files would each put back what the other has brought. Held until the
 * transaction ends: of two that start in the same moment one sees the other.
 */
export async function refuseIfSharedAtWork(
  client: Queryable,
  plan: ReleasePlan,
  everyTarget: readonly Pick<Target, 'name' | 'hosts'>[],
): Promise<Refused | undefined> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ['lobml.start']);
  const { rows } = await client.query(
    'SELECT plan FROM lobml.releases WHERE (strategy, target) <> ($1, $2) AND state = ANY($3)',
    [plan.strategy, plan.target, LIVE_RELEASE_STATES],
  );
  const others = z.array(z.object({ plan: releasePlanSchema })).parse(rows);
  for (const { plan: other } of others) {
    const path = sharedFile(plan, other, everyTarget);
    if (path !== undefined) return refused('shared_at_work', { target: other.target, path });
  }
  return undefined;
}

/** A file that both bring or change; undefined: there is none. */
function sharedFile(
  plan: ReleasePlan,
  other: ReleasePlan,
  everyTarget: readonly Pick<Target, 'name' | 'hosts'>[],
): string | undefined {
  const settingsOf = (target: string, host: string) =>
    everyTarget.find(({ name }) => name === target)?.hosts.find(({ name }) => name === host);
  const files = plan.hosts.flatMap((host) =>
    other.hosts.flatMap((there) => {
      const [here, elsewhere] = [settingsOf(plan.target, host.host), settingsOf(other.target, there.host)];
      // A target that the file no longer has may have been on this machine.
      const isHere = here === undefined || elsewhere === undefined || isSameMachine(here, elsewhere);
      return isHere ? filesOf(host).filter((path) => filesOf(there).includes(path)) : [];
    }),
  );
  return files[0] ?? changedFor(plan, other) ?? changedFor(other, plan);
}

const filesOf = ({
  modelPath,
  binaryPath,
  writtenFile,
  changes,
}: ReleasePlan['hosts'][number]): readonly string[] =>
  [modelPath, binaryPath, changes.length > 0 ? writtenFile : undefined].filter((path) => path !== undefined);

/** What a release changes for the other's target, with the approval of its people. */
const changedFor = ({ shared = [] }: ReleasePlan, { target }: ReleasePlan): string | undefined =>
  shared.find((place) => place.target === target && place.changes)?.path;
