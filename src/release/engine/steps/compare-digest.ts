import { contentProblem } from './problems.js';
import { earlier, plainStep } from './step.js';

/** Just before anything is touched: what people approved is what stands, part by part. */
export const compareDigestStep = plainStep(async (context) => {
  const { release, checks } = context;
  const runId = earlier(context, 'precheck', null)?.after?.runId;
  const run = typeof runId === 'string' ? await checks.run(runId) : undefined;
  if (run === undefined) return { kind: 'failed', problem: { code: 'run_missing', facts: {} } };
  const changes = await checks.differences(release, run);
  if (changes.length === 0) return { kind: 'done', after: {} };
  return { kind: 'failed', problem: contentProblem(changes) };
});
