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

/**
 * Completes what the simulated hosts say of themselves into a targets file.
 * @param checkpointMinutes when a release is checked again, minutes after its start.
 * @param promotes whether `live` takes only models that have run on `dryrun`.
 */
export function demoTargetsFile(
  fragments: Readonly<Record<string, TargetFragment>>,
  checkpointMinutes: readonly number[] = WATCH.checkpointMinutes,
  promotes = true,
): string {
  const watch = { ...WATCH, checkpointMinutes };
  const targets = Object.fromEntries(
    Object.entries(fragments).map(([name, fragment]) => [
      name,
      {
        ...fragment,
        approval: approvalOf(name),
        watch,
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
