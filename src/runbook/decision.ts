import type { CriterionDefinition } from '../domain/criterion.js';
import type { RunKind } from '../domain/outcome.js';
import type { ConfigurationSentence } from '../domain/sentence.js';
import type { Section } from './check-definition.js';
import type { ChartSource, CriterionSource } from './decision-schema.js';
import type { Statement } from './statement.js';

/** A chart of the reports of some kinds of run. */
export interface ChartDefinition
  extends Pick<ChartSource, 'id' | 'title' | 'type' | 'xLabel' | 'yLabel' | 'seriesTitles' | 'timeoutMs'> {
  readonly kinds: readonly RunKind[];
  readonly statement: Statement;
}

type Path = readonly PropertyKey[];
type AddFault = (path: Path, fault: ConfigurationSentence) => void;

/**
 * The criteria of the go/no-go decision. One whose checks do not run in that decision, or do not decide, would never
 * stop anything: it is a fault.
 * @param faulty ids of checks whose own faults have been told.
 */
export function compileCriteria(
  sources: readonly CriterionSource[],
  sections: readonly Section[],
  faulty: ReadonlySet<string>,
  fault: AddFault,
): readonly CriterionDefinition[] {
  const checks = new Map(
    sections.flatMap(({ kinds, checks }) =>
      checks.map((check) => [check.id, { kinds, mode: check.mode }] as const),
    ),
  );
  const seen = new Set<string>();
  for (const [index, { id, checks: ids }] of sources.entries()) {
    const path = ['criteria', index];
    if (seen.has(id)) fault([...path, 'id'], { code: 'id_twice', facts: { id } });
    seen.add(id);
    for (const [place, checkId] of ids.entries()) {
      const check = checks.get(checkId);
      const at = [...path, 'checks', place];
      if (faulty.has(checkId)) continue;
      if (check === undefined) fault(at, { code: 'check_unknown', facts: { id: checkId } });
      else if (!check.kinds.includes('gonogo'))
        fault(at, { code: 'check_not_in_gonogo', facts: { id: checkId } });
      else if (check.mode !== 'deciding') fault(at, { code: 'check_in_shadow', facts: { id: checkId } });
    }
  }
  return sources;
}

/** The charts; Slack shows at most two in a message. */
export function compileCharts(
  sources: readonly ChartSource[],
  compileSql: (sql: string, path: Path) => Statement | undefined,
  fault: AddFault,
): readonly ChartDefinition[] {
  const seen = new Set<string>();
  return sources.flatMap(({ sql, kind, ...source }, index) => {
    const path = ['charts', index];
    if (seen.has(source.id)) fault([...path, 'id'], { code: 'id_twice', facts: { id: source.id } });
    seen.add(source.id);
    const statement = compileSql(sql, [...path, 'sql']);
    return statement === undefined ? [] : [{ ...source, kinds: kind, statement }];
  });
}
