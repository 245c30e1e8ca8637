import { verdictAt } from '../../../domain/verdict.js';
import { contentProblem, verdictProblem } from './problems.js';
import { plainStep } from './step.js';

/** Runs the pre-deploy checks again, on what the release will bring. */
export const precheckStep = plainStep(async ({ release, checks, clock }) => {
  const planned = await checks.planned(release);
  if (planned.kind === 'changed') return { kind: 'failed', problem: contentProblem(planned.changes) };
  const { run } = planned;
  const after = { runId: run.runId, verdict: run.verdict };
  const verdict = verdictAt(run.verdict, new Date(run.validUntil), new Date(clock.now()));
  if (verdict === 'GO' || verdict === 'GO_WITH_WARNINGS') return { kind: 'done', after };
  // Breaking the glass goes past what is unknown and what fails, never past the model itself.
  const isModelProved = run.checks.every(({ mode, evidence, outcome }) => {
    const decides = mode === 'deciding' && evidence.probe === 'model';
    return !decides || outcome === 'PASS' || outcome === 'WARN';
  });
  if (release.kind === 'break_glass' && isModelProved) return { kind: 'done', after };
  return { kind: 'failed', problem: verdictProblem(run), after };
});
