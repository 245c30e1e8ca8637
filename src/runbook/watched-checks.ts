import type { ConfigurationSentence } from '../domain/sentence.js';
import type { ConfigurationFault } from './configuration-fault.js';
import type { Runbook } from './runbook.js';
import type { Targets } from './targets.js';

/** Checks that a target's `watch` names, and the runbook does not bear out. @param targets those of the runbook's strategy */
export function watchedCheckFaults(
  { sections }: Pick<Runbook, 'sections'>,
  { targets, watchFault }: Pick<Targets, 'targets' | 'watchFault'>,
): readonly ConfigurationFault[] {
  const known = new Map(
    sections.flatMap(({ kinds, checks }) => checks.map(({ id, mode }) => [id, { kinds, mode }] as const)),
  );
  return [...targets.values()].flatMap(({ name, standingWatch }) => {
    if (standingWatch === undefined) return [];
    const { runs, checks, halt } = standingWatch;
    const isWatched = (id: string) =>
      (checks?.includes(id) ?? true) && runs.some((kind) => known.get(id)?.kinds.includes(kind));
    const problemOf = (id: string, halts: boolean): ConfigurationSentence | undefined => {
      const check = known.get(id);
      if (check === undefined) return { code: 'check_unknown', facts: { id } };
      if (!isWatched(id)) return { code: 'check_not_watched', facts: { id } };
      return halts && check.mode === 'shadow' ? { code: 'check_in_shadow', facts: { id } } : undefined;
    };
    const faultsOf = (key: 'checks' | 'halt', ids: readonly string[]) =>
      ids.flatMap((id, index) => {
        const problem = problemOf(id, key === 'halt');
        return problem === undefined ? [] : watchFault(name, key, index, problem);
      });
    return [...faultsOf('checks', checks ?? []), ...faultsOf('halt', halt)];
  });
}
