import type { CheckService } from '../checks/check-service.js';
import type { Targets } from '../runbook/targets.js';
import type { RollbackOptions } from './rollback.js';

/**
 * Section 4 again. Its window begins where the present process was seen running, so after a restart it is the time
 * since the halt.
 */
export function createHaltVerification(
  checks: Pick<CheckService, 'run'>,
  { targets }: Pick<Targets, 'targets'>,
): NonNullable<RollbackOptions['verify']> {
  return async (halt) => {
    const target = targets.get(halt.target);
    if (target === undefined) return null;
    const { run, stored } = await checks.run({ kind: 'verify', target, requestedBy: halt.requestedBy });
    return run.checks.length === 0 ? null : { runId: run.runId, verdict: run.verdict, stored };
  };
}
