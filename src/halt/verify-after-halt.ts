import type { CheckService } from '../checks/check-service.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Targets } from '../runbook/targets.js';
import type { HaltProofOptions } from './prove-halt.js';

/** Section 4 again, over the time since the halt (6.3): also where the service is stopped and no process began. */
export function createHaltVerification(
  checks: Pick<CheckService, 'run'>,
  { targets }: Pick<Targets, 'targets'>,
): NonNullable<HaltProofOptions['verify']> {
  return async (halt) => {
    const target = targets.get(halt.target);
    if (target === undefined) return null;
    const { requestedBy, requestedAt } = halt;
    const halted = new Date(requestedAt);
    const { run, stored } = await checks.run({ kind: 'verify', target, requestedBy, halted });
    return run.checks.length === 0 ? null : { runId: run.runId, verdict: run.verdict, stored };
  };
}

/**
 * The proof of start of a previous model: the runbook's own checks of it, on every host. Nothing where the runbook has
 * none: then the report says that nobody looked.
 */
export function createStartProof(
  checks: Pick<CheckService, 'examine'>,
  { targets }: Pick<Targets, 'targets'>,
  { sections }: Pick<Runbook, 'sections'>,
): Pick<HaltProofOptions, 'proveStart'> {
  const proofs = sections
    .flatMap((section) => section.checks)
    .filter(({ probe }) => probe.kind === 'service');
  if (proofs.length === 0) return {};
  return {
    async proveStart(halt) {
      const target = targets.get(halt.target);
      if (target === undefined) return 'ERROR';
      // A host that the halt leaves as it is has no new process.
      const hosts = target.hosts.filter(({ name }) => halt.hosts.some(({ host }) => host === name));
      const results = await checks.examine({ target: { ...target, hosts }, checks: proofs });
      return results.find(({ outcome }) => outcome !== 'PASS')?.outcome ?? 'PASS';
    },
  };
}
