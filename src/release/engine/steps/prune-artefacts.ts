import { evaluatePruning, type KeptElsewhere } from '../../../domain/known-good.js';
import { metaPathOf } from '../../../domain/release-plan.js';
import type { TargetSubject } from '../../../domain/target-subject.js';
import type { Host } from '../../../hosts/host.js';
import type { TargetHost } from '../../../hosts/kinds/target-host.js';
import { isSameMachine } from '../../../runbook/same-place.js';
import type { Target } from '../../../runbook/targets.js';
import type { Queryable } from '../../../store/queryable.js';
import {
  markKnownGoodPruned,
  selectKeptByOthers,
  selectKnownGood,
  selectStagedByOthers,
} from '../../store/known-good-store.js';
import { selectModelMemory } from '../../store/model-memory.js';
import { keptPathOf } from './kept-artefact.js';

interface PruningParts {
  readonly database: Queryable;
  readonly hostOf: (settings: TargetHost) => Host;
  /** Those of every strategy. */
  readonly everyTarget: readonly Pick<Target, 'name' | 'hosts'>[];
  readonly now: () => Date;
}

/**
 * Takes the kept artefacts of all but the newest confirmed models away, unless another target on the same machine
 * needs them: for a release of its own, or to put one back that is under way. @throws HostError, the database's error
 */
export async function pruneArtefacts(
  { database, hostOf, everyTarget, now }: PruningParts,
  subject: TargetSubject,
  { hosts, keepReleases }: Pick<Target, 'hosts' | 'keepReleases'>,
): Promise<void> {
  const { withdrawn } = await selectModelMemory(database, subject);
  const known = await selectKnownGood(database, subject);
  const { releaseIds, files } = evaluatePruning(known, keepReleases, withdrawn);
  if (releaseIds.length === 0) return;
  await markKnownGoodPruned(database, releaseIds, now());
  const kept = await keptElsewhere(database, subject);
  for (const settings of hosts) {
    const host = hostOf(settings);
    // A host that the targets file no longer has may be this machine.
    const isHere = ({ target, host: name }: KeptElsewhere) => {
      const there = everyTarget.find((one) => one.name === target)?.hosts.find((one) => one.name === name);
      return there === undefined || isSameMachine(there, settings);
    };
    const needed = new Set(kept.filter(isHere).map(({ keptPath }) => keptPath));
    for (const path of files.get(settings.name) ?? []) if (!needed.has(path)) await host.removeFile(path);
  }
}

async function keptElsewhere(database: Queryable, subject: TargetSubject): Promise<readonly KeptElsewhere[]> {
  const staged = await selectStagedByOthers(database, subject);
  return [
    ...(await selectKeptByOthers(database, subject)),
    ...staged.flatMap(({ target, host, path, sha256, metaSha256 }) => [
      { target, host, keptPath: keptPathOf(path, sha256) },
      ...(metaSha256 ? [{ target, host, keptPath: keptPathOf(metaPathOf(path), metaSha256) }] : []),
    ]),
  ];
}
