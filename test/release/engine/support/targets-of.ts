import { stringify } from 'yaml';
import type { TradingHosts } from '../../../../sandbox/host/trading-host.js';
import { parseTargets, type Targets } from '../../../../src/runbook/targets.js';

export interface Waits {
  readonly checkpointMinutes: readonly number[];
  readonly confirmMinutes: number;
  readonly lookSecs?: number;
}

/** A targets file over simulated hosts, as text; the first host of a target is its canary. */
export function targetsText(trading: Pick<TradingHosts, 'targets'>, watch: Waits): string {
  const targets = Object.fromEntries(
    Object.entries(trading.targets).map(([name, fragment]) => [
      name,
      { ...fragment, approval: { quorum: 1, users: ['U0BOB'] }, watch, keepReleases: 1 },
    ]),
  );
  return stringify({
    defaultTarget: Object.keys(targets)[0],
    roles: { operators: ['U0CAROL'] },
    targets,
  });
}

export const targetsOf = (text: string): Targets => parseTargets('targets.yaml', Buffer.from(text));
