import type { ReleasePlan } from '../domain/release-plan.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import { policyHash } from './configuration-hashes.js';
import type { ReleaseContext } from './release-context.js';

/**
 * A process that was started with another runbook or targets file than the one on disk would judge by it what the
 * file no longer says, and would reach for other hosts. @param plan holds the files' hashes.
 */
export function refuseUnlessLoaded(
  { sources, targets }: Pick<ReleaseContext, 'sources' | 'targets'>,
  plan: Pick<ReleasePlan, 'target' | 'runbookSha256' | 'policySha256'>,
): Refused | undefined {
  const { file, sha256 } = sources.runbook;
  if (plan.runbookSha256 !== sha256) return refused('configuration_changed', { file });
  if (plan.policySha256 === policyHash(targets, plan.target)) return undefined;
  return refused('configuration_changed', { file: targets.file });
}
