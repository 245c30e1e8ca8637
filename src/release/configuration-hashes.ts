import { readFile } from 'node:fs/promises';
import { canonicalJson } from '../domain/canonical-json.js';
import type { ReleasePlan } from '../domain/release-plan.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import { sha256Of } from '../machine/sha256.js';
import type { Runbook } from '../runbook/runbook.js';
import { hashOfRunbookFile } from '../runbook/sql-files.js';
import { parseTargets, type Targets } from '../runbook/targets.js';

export interface ConfigurationHashes {
  /** SHA-256 over the runbook and its statements, in hex; '' where it cannot be read. */
  readonly runbookSha256: string;
  /**
   * SHA-256 over everything that the targets file says of a target (hosts with their addresses, units and folders,
   * watch, approval policy), and who is who: groups, roles and accounts; in hex; '' where it cannot be read.
   */
  readonly policySha256: string;
}

/** The files as they are on disk now: not as they were when the bot started. */
export async function readConfigurationHashes(
  files: { readonly runbook: string; readonly targets: string },
  target: string,
): Promise<ConfigurationHashes> {
  const [runbookSha256, policySha256] = await Promise.all([
    hashOfRunbookFile(files.runbook).catch(() => ''),
    readFile(files.targets)
      .then((bytes) => policyHash(parseTargets(files.targets, bytes), target))
      .catch(() => ''),
  ]);
  return { runbookSha256, policySha256 };
}

/**
 * A process that was started with another runbook or targets file than the one on disk would judge by it what the
 * file no longer says, and would reach for other hosts. @param plan holds the files' hashes.
 */
export function refuseUnlessLoaded(
  loaded: {
    readonly sources: { readonly runbook: Pick<Runbook, 'file' | 'sha256'> };
    readonly targets: Pick<Targets, 'file' | keyof Policy>;
  },
  plan: Pick<ReleasePlan, 'target' | 'runbookSha256' | 'policySha256'>,
): Refused | undefined {
  const { targets, sources } = loaded;
  const { file, sha256 } = sources.runbook;
  if (plan.runbookSha256 !== sha256) return refused('configuration_changed', { file });
  if (plan.policySha256 === policyHash(targets, plan.target)) return undefined;
  return refused('configuration_changed', { file: targets.file });
}

/** What decides about a release, and who somebody is. */
type Policy = Pick<Targets, 'targets' | 'groups' | 'roles' | 'accounts'>;

/** '' for a target that does not exist. */
export function policyHash(targets: Policy, target: string): string {
  const settings = targets.targets.get(target);
  if (settings === undefined) return '';
  const policy = {
    settings,
    groups: Object.fromEntries(targets.groups),
    roles: targets.roles,
    accounts: Object.fromEntries(targets.accounts),
  };
  return sha256Of(canonicalJson(policy));
}
