import type { CheckService } from '../checks/check-service.js';
import type { Targets } from '../runbook/targets.js';
import type { RollbackOptions } from './rollback.js';

/** Section 4 again, over the time since the halt (6.3): also where the service is stopped and no process began. */
export function createHaltVerification(
  checks: Pick<CheckService, 'run'>,
  { targets }: Pick<Targets, 'targets'>,
): NonNullable<RollbackOptions['verify']> {
  return async (halt) => {
    const target = targets.get(halt.target);
    if (target === undefined) return null;
    const { requestedBy, requestedAt } = halt;
    const halted = new Date(requestedAt);
    const { run, stored } = await checks.run({ kind: 'verify', target, requestedBy, halted });
    return run.checks.length === 0 ? null : { runId: run.runId, verdict: run.verdict, stored };
  };
}
