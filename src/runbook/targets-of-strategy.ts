import type { ConfigurationFault } from './configuration-fault.js';
import type { Runbook } from './runbook.js';
import { ofSameAccount, type Target, type Targets } from './targets.js';

type Named = Pick<Runbook, 'strategy'>;

/** The targets of one strategy; a target that names none belongs to the only one. */
export function targetsOf(targets: Targets, { strategy }: Named, all: readonly Named[]): Targets {
  const own = [...targets.targets].filter(([, target]) => strategyOf(target, all) === strategy);
  const names = own.map(([name]) => name);
  const defaultTarget = names.includes(targets.defaultTarget) ? targets.defaultTarget : (names[0] ?? '');
  return { ...targets, defaultTarget, targets: new Map(own) };
}

const strategyOf = ({ strategy }: Target, all: readonly Named[]): string | undefined =>
  strategy ?? (all.length === 1 ? all[0]?.strategy : undefined);

/** Targets whose strategy has no runbook, and those that leave open which of several it is. */
export function strategyFaults(targets: Targets, all: readonly Named[]): readonly ConfigurationFault[] {
  const known = all.map(({ strategy }) => `\`${strategy}\``).join(', ');
  return [...targets.targets.values()].flatMap((target) => {
    const strategy = strategyOf(target, all);
    if (strategy === undefined) {
      return targets.strategyFault(target.name, { code: 'strategy_open', facts: { known } });
    }
    if (all.some((runbook) => runbook.strategy === strategy)) return [];
    return targets.strategyFault(target.name, { code: 'strategy_unknown', facts: { strategy, known } });
  });
}

/** Targets of two strategies whose runbooks name one agent: each would be judged by the orders of the other. */
export function sameAgentFaults(
  targets: Targets,
  all: readonly Pick<Runbook, 'strategy' | 'agentId'>[],
): readonly ConfigurationFault[] {
  const agentOf = (target: Target) =>
    all.find(({ strategy }) => strategy === strategyOf(target, all))?.agentId;
  const every = [...targets.targets.values()];
  return every.flatMap((target, index) => {
    const other = every
      .slice(0, index)
      .find(
        (before) =>
          strategyOf(before, all) !== strategyOf(target, all) &&
          agentOf(before) === agentOf(target) &&
          ofSameAccount(before, target),
      );
    const { name, dryRun, accountId = '' } = target;
    if (other === undefined || agentOf(target) === undefined) return [];
    return targets.strategyFault(name, {
      code: 'same_rows',
      facts: { one: other.name, other: name, dryRun, accountId },
    });
  });
}
