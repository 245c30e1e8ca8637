import type { ObservedRow } from '../../domain/check-run.js';
import type { Reason } from '../../domain/reason.js';
import { HostError } from '../../hosts/host.js';
import { systemClock, withTimeout } from '../../time/clock.js';
import type { CheckContext, HostAccess, ProbeCall } from './check-context.js';
import type { Observation } from './observation.js';
import { hostReason } from './observation.js';

type HostFinding = readonly ObservedRow[] | Reason;

/** The check's own end takes everything with it, so a host that is silent has to be given up before. */
const SHARE_OF_A_HOST = 0.9;

const late = ({ host: { name } }: HostAccess): Reason => ({
  code: 'host_error',
  facts: { host: name, code: 'timeout' },
});

/**
 * Looks at all hosts of the target at once. A host that does not answer is a gap in the observation, by name; it
 * does not hide what the others show.
 */
export async function observeHosts(
  probe: string,
  context: Pick<CheckContext, 'hosts' | 'now'>,
  { timeoutMs }: Pick<ProbeCall, 'timeoutMs'>,
  look: (access: HostAccess) => Promise<HostFinding>,
): Promise<Observation & Required<Pick<Observation, 'gaps'>>> {
  const findings = await Promise.all(
    context.hosts.map(async (access): Promise<HostFinding> => {
      try {
        return (await withTimeout(systemClock, timeoutMs * SHARE_OF_A_HOST, look(access))) ?? late(access);
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        return hostReason(error);
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
