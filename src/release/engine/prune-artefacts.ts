import { evaluatePruning } from '../../domain/known-good.js';
import type { Host } from '../../hosts/host.js';
import type { TargetHost } from '../../hosts/kinds/target-host.js';
import type { Target } from '../../runbook/targets.js';
import type { Queryable } from '../../store/queryable.js';
import { markKnownGoodPruned, selectKnownGood } from '../store/known-good-store.js';

interface Pruning {
  readonly database: Queryable;
  readonly hostOf: (settings: TargetHost) => Host;
  readonly now: () => Date;
}

/** Takes the kept artefacts of all but the newest confirmed releases away. @throws HostError, the database's error */
export async function pruneArtefacts(
  { database, hostOf, now }: Pruning,
  subject: { readonly strategy: string; readonly target: string },
  { hosts, keepReleases }: Pick<Target, 'hosts' | 'keepReleases'>,
): Promise<void> {
  const { releaseIds, files } = evaluatePruning(await selectKnownGood(database, subject), keepReleases);
  if (releaseIds.length === 0) return;
  await markKnownGoodPruned(database, releaseIds, now());
  for (const settings of hosts) {
    const host = hostOf(settings);
    for (const path of files.get(settings.name) ?? []) await host.removeFile(path);
  }
}
