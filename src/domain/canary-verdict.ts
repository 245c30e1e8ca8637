import type { CheckResult, CheckRun } from './check-run.js';
import type { VariableChange } from './release-plan.js';
import { evaluateVerdict, type Verdict } from './verdict.js';

interface CanaryVerdict {
  readonly verdict: Verdict;
  /** Ids of checks whose failure is what the other hosts, not yet deployed, are bound to show. */
  readonly setAside: readonly string[];
}

/**
 * The verdict over a canary's checkpoint. All hosts write into the same tables, so beside the canary's rows stand
 * those of hosts that still have the values of before. A failed check is set aside only when every one of its rows
 * shows the value of before or of after of a variable that the plan changes, and at least one shows that of after:
 * the canary itself has been seen doing what was planned. Anything else stays a failure.
 */
export function evaluateCanary(run: CheckRun, changes: readonly VariableChange[]): CanaryVerdict {
  const isOthers = (check: CheckResult) => check.outcome === 'FAIL' && isMixture(check, changes);
  const setAside = run.checks.filter(isOthers).map(({ id }) => id);
  const others = run.checks.filter(({ id }) => !setAside.includes(id));
  return { verdict: setAside.length === 0 ? run.verdict : evaluateVerdict(others), setAside };
}

function isMixture({ observed }: CheckResult, changes: readonly VariableChange[]): boolean {
  return changes.some(({ before, after }) => {
    if (before === null || after === null) return false;
    const shows = (value: string) => observed.filter((row) => Object.values(row).includes(value));
    const [old, present] = [shows(before), shows(after)];
    return present.length > 0 && old.length + present.length === observed.length;
  });
}
