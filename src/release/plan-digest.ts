import { createHash } from 'node:crypto';
import type { CheckRun } from '../domain/check-run.js';
import { type BoundContent, boundText } from '../domain/release-content.js';
import type { EvidenceBinding } from '../domain/release-plan.js';

/** SHA-256, in hex, over everything that an approval is for. */
export function planDigest(content: BoundContent): string {
  return createHash('sha256').update(boundText(content)).digest('hex');
}

/** The part of a run that an approval is bound to. */
export function evidenceOf({ runId, checks }: Pick<CheckRun, 'runId' | 'checks'>): EvidenceBinding {
  return { checkRunId: runId, outcomes: checks.map(({ id, outcome }) => ({ id, outcome })) };
}
