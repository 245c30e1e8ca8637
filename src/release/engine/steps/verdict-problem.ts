import type { CheckRun } from '../../../domain/check-run.js';
import type { ReleaseProblem } from '../../../domain/release-problem.js';

/** Names the checks that decided. */
export function verdictProblem(run: CheckRun): ReleaseProblem {
  const deciding = run.checks.filter(({ mode, outcome }) => mode === 'deciding' && outcome !== 'PASS');
  const worst = deciding.filter(({ outcome }) =>
    run.verdict === 'NO_GO' ? outcome === 'FAIL' : outcome !== 'WARN',
  );
  const checks = worst.map(({ id, outcome }) => `${id} ${outcome}`);
  return { code: 'verdict_forbids', facts: { verdict: run.verdict, runId: run.runId, checks } };
}
