import type { TargetFragment } from '@lobml/simulated-hosts/trading-host.js';
import { stringify } from 'yaml';

/** The people of the local Slack in the roles of a small trading team. */
const ROLES = {
  requesters: ['S0TRADING'],
  operators: ['S0OPS'],
  admins: ['U0CAROL'],
};

const GROUPS = { S0TRADING: ['U0ALICE', 'U0CAROL'], S0RISK: ['U0BOB'], S0OPS: ['U0CAROL'] };

const CHANNELS = { reports: 'C0RELEASES', incidents: 'C0INCIDENTS' };

/** So short that one sees it: a minute and a bit of trading on `dryrun`, before a model may go `live`. */
const PROMOTES = { from: 'dryrun', hours: 0.02, entries: 5 };

/** The demo shortens the waits; every report shows them. */
const WATCH = { checkpointMinutes: [0.5, 1, 1.5], confirmMinutes: 5, haltObservationSecs: 20 };

/** As often as a file may say, so that one sees it within a minute. */
const EVERY_SECS = 30;
/** What the watch halts by itself, where no real order can come of it. */
const HALTS: Readonly<Record<string, readonly string[]>> = { dryrun: ['exec.blend_weights'] };

const standingWatch = (name: string) => {
  const halt = HALTS[name];
  return { everySecs: EVERY_SECS, after: { well: 2 }, ...(halt === undefined ? {} : { halt }) };
};

export interface DemoTargets {
  /** When a release is checked again, minutes after its start. */
  readonly checkpointMinutes?: readonly number[] | undefined;
  /** Whether `live` takes only models that have run on `dryrun`; it does unless told. */
  readonly promotes?: boolean | undefined;
  /** Whether the targets are watched between releases; they are unless told. */
  readonly watches?: boolean | undefined;
}

/**
 * Completes what the simulated hosts say of themselves into a targets file.
 */
export function demoTargetsFile(
  fragments: Readonly<Record<string, TargetFragment>>,
  { checkpointMinutes = WATCH.checkpointMinutes, promotes = true, watches = true }: DemoTargets,
): string {
  const targets = Object.fromEntries(
    Object.entries(fragments).map(([name, fragment]) => [
      name,
      {
        ...fragment,
        approval: approvalOf(name),
        watch: { ...WATCH, checkpointMinutes, ...(watches ? standingWatch(name) : {}) },
        channels: CHANNELS,
        ...(name === 'live' && promotes ? { promotes: PROMOTES } : {}),
        ...(name === 'dryrun' ? { drill: 'real' } : {}),
      },
    ]),
  );
  return stringify({ defaultTarget: 'live', roles: ROLES, groups: GROUPS, targets });
}

const approvalOf = (name: string) =>
  name === 'live' ? { quorum: 2, groups: ['S0TRADING', 'S0RISK'] } : { quorum: 1, groups: ['S0TRADING'] };
