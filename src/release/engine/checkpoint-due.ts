import { addMilliseconds } from 'date-fns/addMilliseconds';
import type { ReleaseRecord, StepRecord } from './release-record.js';

const MINUTE_MS = 60_000;

/**
 * When a checkpoint's checks run: its minutes after the last proved start, of its host or of all hosts.
 * @returns undefined for any other step, and while no start is proved.
 */
export function checkpointDueAt(
  { steps }: Pick<ReleaseRecord, 'steps'>,
  { host, checkpoint }: Pick<StepRecord, 'host' | 'checkpoint'>,
): Date | undefined {
  const proved = steps.filter(
    (step) => step.kind === 'prove_start' && step.state === 'done' && (host === null || step.host === host),
  );
  const last = proved
    .flatMap(({ finishedAt }) => finishedAt ?? [])
    .sort()
    .at(-1);
  if (checkpoint === null || last === undefined) return undefined;
  return addMilliseconds(new Date(last), checkpoint * MINUTE_MS);
}
