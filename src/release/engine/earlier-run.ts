import type { ReleaseRecord } from '../../domain/release-record.js';
import type { StepKind } from '../../domain/release-state.js';

/** The id of the check run that a step of the whole target left behind; '' where it left none. */
export function earlierWhole(release: ReleaseRecord, kind: StepKind): string {
  const runId = release.steps.findLast((step) => step.kind === kind && step.host === null)?.after?.runId;
  return typeof runId === 'string' ? runId : '';
}
