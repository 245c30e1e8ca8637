import type { Host, ServiceStatus } from '../../hosts/host.js';
import type { StepContext } from './step.js';

/** Nothing runs, and nothing is about to: what waits for its automatic restart is still `activating`. */
export const isStopped = ({
  mainPid,
  activeState,
}: Pick<ServiceStatus, 'mainPid' | 'activeState'>): boolean =>
  mainPid === 0 && (activeState === 'inactive' || activeState === 'failed');

/** Stops a service. @returns whether it was then seen stopped, in its time. @throws HostError */
export async function stopService(
  { clock, pace, lost, interrupted: signal }: Pick<StepContext, 'clock' | 'pace' | 'lost' | 'interrupted'>,
  { service }: Pick<Host, 'service'>,
): Promise<boolean> {
  await service.stop({ signal: lost });
  const until = clock.now() + pace.offMs;
  while (!isStopped(await service.status({ signal }))) {
    if (clock.now() >= until) return false;
    await clock.sleep(pace.pollMs, signal);
  }
  return true;
}
