import type { Person } from '../domain/person.js';
import type { ReleaseRefusal } from '../domain/release-refusal.js';
import type { ReleaseService } from '../release/release-service.js';
import type { StrategyContract } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';

interface WayBackParts {
  readonly releases: Pick<ReleaseService, 'plan' | 'request'>;
  readonly runbook: Pick<StrategyContract, 'flag'>;
}

/**
 * Asks for the ordinary release that turns the strategy on again, with the model that ran. It takes upon itself nothing by
 * name: where somebody must, a person asks for it. @returns what is in the way; empty: it was asked for
 */
export async function askForWayBack(
  { releases, runbook: { flag } }: WayBackParts,
  target: Target,
  by: Person,
  reason: string,
): Promise<readonly ReleaseRefusal[]> {
  const settings = { [flag.variable]: flag.on };
  const wish = { model: undefined, modelVersion: undefined, binary: undefined, settings, reason };
  const checked = await releases.plan(wish, target, by);
  if (checked.kind === 'refused') return checked.refusals;
  const { run, digest } = checked;
  const result = await releases.request({ wish, target, by, runId: run.runId, digest, acknowledged: [] });
  if (result.kind === 'requested') return [];
  return 'refusal' in result ? [result.refusal] : result.refusals;
}
