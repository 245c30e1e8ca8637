import type { ServiceManager, ServiceStatus } from '../../hosts/host.js';
import type { StepContext } from './step.js';

/**
 * The status of a service that a step is about to act on. What a replica that died in this step had sent may still be
 * on its way, so an interrupted step looks until the effect shows, or the time is over in which it would.
 * @throws HostError
 */
export async function statusAfterInterruption(
  { clock, pace, step, interrupted: signal }: StepContext,
  service: Pick<ServiceManager, 'status'>,
  hasShown: (status: ServiceStatus) => boolean | Promise<boolean>,
): Promise<ServiceStatus> {
  const until = clock.now() + (step.state === 'running' ? pace.settleMs : 0);
  for (;;) {
    const present = await service.status({ signal });
    if (clock.now() >= until || (await hasShown(present))) return present;
    await clock.sleep(pace.pollMs, signal);
  }
}
