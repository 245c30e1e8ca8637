import type { StepKind } from '../../domain/release-state.js';
import type { ReleaseRecord } from './release-record.js';

/** The id of the check run that a step of the whole target left behind; '' where it left none. */
export function earlierWhole(release: ReleaseRecord, kind: StepKind): string {
  const runId = release.steps.findLast((step) => step.kind === kind && step.host === null)?.after?.runId;
  return typeof runId === 'string' ? runId : '';
}
