import type { ObservedRow } from '../../domain/check-run.js';
import type { Reason } from '../../domain/reason.js';
import { HostError } from '../../hosts/host.js';
import type { CheckContext, HostAccess } from './check-context.js';
import type { Observation } from './observation.js';

type HostFinding = readonly ObservedRow[] | Reason;

/**
 * Looks at all hosts of the target at once. A host that does not answer is a gap in the observation, by name; it
 * does not hide what the others show.
 */
export async function observeHosts(
  probe: string,
  context: Pick<CheckContext, 'hosts' | 'now'>,
  look: (access: HostAccess) => Promise<HostFinding>,
): Promise<Observation & Required<Pick<Observation, 'gaps'>>> {
  const findings = await Promise.all(
    context.hosts.map(async (access): Promise<HostFinding> => {
      try {
        return await look(access);
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        return {
          code: 'host_error',
          facts: { host: access.host.name, code: error.code, detail: error.message },
        };
      }
    }),
  );
  return {
    rows: findings.flatMap((finding) => ('code' in finding ? [] : finding)),
    gaps: findings.flatMap((finding) => ('code' in finding ? [finding] : [])),
    evidence: { probe, hosts: context.hosts.map(({ host }) => host.name) },
    observedAt: context.now().toISOString(),
  };
}
