import { type Clock, withPatience } from '../clock.js';
import type { Person } from '../domain/check-run.js';
import type { Targets } from '../runbook/targets.js';
import type { OperatorAnswer, OperatorGate } from './rollback-services.js';

export type { OperatorGate } from './rollback-services.js';

/** Asks Slack for a group's members. */
export type AskGroup = (groupId: string) => Promise<readonly string[]>;

export interface OperatorGateOptions {
  readonly targets: Pick<Targets, 'roles' | 'groups'>;
  readonly askGroup: AskGroup;
  readonly clock: Clock;
}

/** Whoever has an account on the bot's machine and rights on its hosts. */
export const everybodyHere: OperatorGate = { who: [], mayRollBack: async () => ({ kind: 'yes' }) };

/** Longer than this nobody waits for Slack. */
const ASK_PATIENCE_MS = 1_000;

/**
 * Operators and admins. Whom the targets file lists, by id or in its stand-in of a group, needs no look-up; for the
 * others Slack is asked for a moment, and what it said last counts when it does not answer.
 */
export function createOperatorGate({ targets, askGroup, clock }: OperatorGateOptions): OperatorGate {
  const roles = [...new Set([...targets.roles.operators, ...targets.roles.admins])];
  const groups = roles.filter((id) => id.startsWith('S'));
  const lastKnown = new Map<string, readonly string[]>();

  const isListed = (id: string): boolean =>
    roles.includes(id) || groups.some((group) => targets.groups.get(group)?.includes(id) ?? false);

  const look = async (group: string, id: string): Promise<OperatorAnswer['kind']> => {
    try {
      const members = await askGroup(group);
      lastKnown.set(group, members);
      return members.includes(id) ? 'yes' : 'no';
    } catch {
      return 'unknown';
    }
  };

  return {
    who: targets.roles.operators.map((id) => (id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`)),
    async mayRollBack({ id }: Person) {
      if (isListed(id)) return { kind: 'yes' };
      if (groups.length === 0) return { kind: 'no' };
      const answers = await Promise.all(
        groups.map(async (group) => {
          const answer = await withPatience(clock, ASK_PATIENCE_MS, look(group, id));
          if (answer !== undefined && answer !== 'unknown') return answer;
          const known = lastKnown.get(group);
          return known === undefined ? 'unknown' : known.includes(id) ? 'yes' : 'no';
        }),
      );
      if (answers.includes('yes')) return { kind: 'yes' };
      return { kind: answers.includes('unknown') ? 'unknown' : 'no' };
    },
  };
}
