import { RUN_KINDS } from '../domain/outcome.js';
import type { EmptyPart } from '../domain/unproved.js';
import type { Runbook } from '../runbook/runbook.js';

/** A run without a check that decides is no run, and a criterion without one is met by nothing. */
export function emptyParts({
  sections,
  criteria,
}: Pick<Runbook, 'sections' | 'criteria'>): readonly EmptyPart[] {
  const deciding = (checks: (typeof sections)[number]['checks']) =>
    checks.filter(({ mode }) => mode === 'deciding').map(({ id }) => id);
  const all = new Set(sections.flatMap(({ checks }) => deciding(checks)));
  if (all.size === 0) return [{ part: 'runbook' }];
  const kinds = RUN_KINDS.filter(
    (kind) => !sections.some(({ kinds, checks }) => kinds.includes(kind) && deciding(checks).length > 0),
  );
  const unproved = criteria.filter(({ checks }) => !checks.some((id) => all.has(id)));
  return [
    ...kinds.map((kind) => ({ part: 'run_kind' as const, kind })),
    ...unproved.map(({ id }) => ({ part: 'criterion' as const, id })),
  ];
}
