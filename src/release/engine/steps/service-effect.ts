import type { ServiceManager, ServiceStatus } from '../../../hosts/host.js';
import type { StepContext } from './step.js';

type Waiting = Pick<StepContext, 'clock' | 'pace' | 'interrupted'>;

/** Nothing runs, and nothing is about to: what waits for its automatic restart is still `activating`. */
export const isStopped = ({
  mainPid,
  activeState,
}: Pick<ServiceStatus, 'mainPid' | 'activeState'>): boolean =>
  mainPid === 0 && (activeState === 'inactive' || activeState === 'failed');

/** Stops a service. @returns whether it was then seen stopped, in its time. @throws HostError */
export async function stopService(
  context: Waiting & Pick<StepContext, 'lost'>,
  service: Pick<ServiceManager, 'stop' | 'status'>,
): Promise<boolean> {
  await service.stop({ signal: context.lost });
  return isStopped(await waitFor(context, service, context.pace.offMs, isStopped));
}

/**
 * The status of a service that a step is about to act on. What a replica that died in this step had sent may still be
 * on its way, so an interrupted step looks until the effect shows, or the time is over in which it would.
 * @throws HostError
 */
export function statusAfterInterruption(
  context: Waiting & Pick<StepContext, 'step'>,
  service: Pick<ServiceManager, 'status'>,
  hasShown: (status: ServiceStatus) => boolean | Promise<boolean>,
): Promise<ServiceStatus> {
  const withinMs = context.step.state === 'running' ? context.pace.settleMs : 0;
  return waitFor(context, service, withinMs, hasShown);
}

/** Looks at a service until something shows, or the time is over. */
async function waitFor(
  { clock, pace, interrupted: signal }: Waiting,
  service: Pick<ServiceManager, 'status'>,
  withinMs: number,
  hasShown: (status: ServiceStatus) => boolean | Promise<boolean>,
): Promise<ServiceStatus> {
  const until = clock.now() + withinMs;
  for (;;) {
    const present = await service.status({ signal });
    if (clock.now() >= until || (await hasShown(present))) return present;
    await clock.sleep(pace.pollMs, signal);
  }
}
