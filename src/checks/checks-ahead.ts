import type { RunKind } from '../domain/outcome.js';
import type { Runbook } from '../runbook/runbook.js';
import type { CheckState } from './check-service.js';

/** What a run of this kind will check, in the order of the runbook, before any of it has begun. */
export function checksAhead({ sections }: Pick<Runbook, 'sections'>, kind: RunKind): readonly CheckState[] {
  return sections
    .filter((section) => section.kinds.includes(kind))
    .flatMap((section) => section.checks)
    .map(({ id, section, title }) => ({ id, section, title, result: undefined }));
}
