import type { CheckResult } from '../domain/check-run.js';
import type { RunKind } from '../domain/outcome.js';
import type { Runbook } from '../runbook/runbook.js';
import type { CheckState, RunRequest } from './run-request.js';

/** What a run of this kind will check, in the order of the runbook, before any of it has begun. */
export function checksAhead(
  { sections }: Pick<Runbook, 'sections'>,
  kind: RunKind,
  only?: readonly string[],
): readonly CheckState[] {
  return sections
    .filter((section) => section.kinds.includes(kind))
    .flatMap((section) => section.checks)
    .filter(({ id }) => only?.includes(id) ?? true)
    .map(({ id, section, title }) => ({ id, section, title, result: undefined }));
}

/** Tells how a run gets on: now, and whenever the function that is returned is given a result. */
export function trackProgress(
  runbook: Pick<Runbook, 'sections'>,
  { kind, only, onProgress }: Pick<RunRequest, 'kind' | 'only' | 'onProgress'>,
): (result: CheckResult) => void {
  const states = new Map(checksAhead(runbook, kind, only).map((state) => [state.id, state]));
  onProgress?.([...states.values()]);
  return (result) => {
    const { id, section, title } = result;
    states.set(id, { id, section, title, result });
    onProgress?.([...states.values()]);
  };
}
