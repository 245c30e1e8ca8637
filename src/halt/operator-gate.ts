import type { Person } from '../domain/person.js';
import type { Targets } from '../runbook/targets.js';
import { type Clock, withTimeout } from '../time/clock.js';
import type { OperatorGate } from './kill-switch-services.js';
import type { KnownGroups } from './known-groups.js';

export type { OperatorGate } from './kill-switch-services.js';

/** Asks Slack for a group's members. */
export type AskGroup = (groupId: string) => Promise<readonly string[]>;

export interface OperatorGateOptions {
  readonly targets: Pick<Targets, 'roles' | 'groups'>;
  readonly askGroup: AskGroup;
  readonly clock: Clock;
  /** What is kept over a restart. */
  readonly known?: KnownGroups;
  /** Until then the groups are asked for every few minutes, so that a click finds them known. */
  readonly warmUntil?: AbortSignal;
}

/** Whoever has an account on the bot's machine and rights on its hosts. */
export const everybodyHere: OperatorGate = { who: [], mayHalt: async () => ({ kind: 'yes' }) };

/** Longer than this nobody waits for Slack. */
const ASK_TIMEOUT_MS = 1_000;
const WARM_EVERY_MS = 3 * 60_000;

/**
 * Operators and admins. Whom the targets file lists, by id or in its stand-in of a group, needs no look-up, nor does
 * whom Slack named before. For anybody else Slack is asked for a moment.
 */
export function createOperatorGate(options: OperatorGateOptions): OperatorGate {
  const { targets, askGroup, clock, known, warmUntil } = options;
  const roles = [...new Set([...targets.roles.operators, ...targets.roles.admins])];
  const groups = roles.filter((id) => id.startsWith('S'));
  const lastKnown = new Map<string, readonly string[]>();
  const remembered = (known?.read() ?? Promise.resolve(new Map())).then((saved) => {
    for (const group of groups) {
      const members = saved.get(group);
      if (members !== undefined && !lastKnown.has(group)) lastKnown.set(group, members);
    }
  });

  const isListed = (id: string): boolean =>
    roles.includes(id) || groups.some((group) => targets.groups.get(group)?.includes(id) ?? false);
  const isKnown = (id: string): boolean =>
    groups.some((group) => lastKnown.get(group)?.includes(id) ?? false);

  /** Never rejects: a group that cannot be asked for stays as it was. @returns whether Slack has answered. */
  const refresh = async (group: string): Promise<boolean> => {
    try {
      lastKnown.set(group, await askGroup(group));
    } catch {
      return false;
    }
    // What cannot be kept is known until the restart.
    await known?.write(lastKnown).catch(() => undefined);
    return true;
  };
  const refreshAll = () => Promise.all(groups.map(refresh));

  const keepWarm = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await withTimeout(clock, WARM_EVERY_MS, refreshAll());
      await clock.sleep(WARM_EVERY_MS, signal).catch(() => undefined);
    }
  };
  if (warmUntil !== undefined && groups.length > 0) void keepWarm(warmUntil);

  return {
    who: targets.roles.operators.map((id) => (id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`)),
    async mayHalt({ id }: Person) {
      if (isListed(id)) return { kind: 'yes' };
      if (groups.length === 0) return { kind: 'no' };
      await withTimeout(clock, ASK_TIMEOUT_MS, remembered);
      if (isKnown(id)) {
        void refreshAll();
        return { kind: 'yes' };
      }
      // Somebody may have joined since: a no is asked afresh.
      await withTimeout(clock, ASK_TIMEOUT_MS, refreshAll());
      if (isKnown(id)) return { kind: 'yes' };
      return { kind: groups.every((group) => lastKnown.has(group)) ? 'no' : 'unknown' };
    },
  };
}
