import { byBotsClock, type ClockReading } from '../domain/clocks.js';
import type { Reason } from '../domain/reason.js';
import type { ProcessStart } from '../domain/run-window.js';
import { type Host, HostError, type ServiceStatus } from '../hosts/host.js';
import { systemClock, withTimeout } from '../time/clock.js';
import { hostReason } from './context/observation.js';
import { withoutProcess } from './context/without-process.js';

export interface HostToAsk {
  readonly host: Pick<Host, 'name'>;
  /** How its clock stands beside the bot's; undefined: it is the bot's own. @throws HostError */
  clock(): Promise<ClockReading | undefined>;
  /** How the service of the host stands. @throws HostError */
  status(): Promise<ServiceStatus>;
}

/** By the bot's clock. Never fails: a host that does not say so in time is a gap. */
export async function processStartOf(
  { host: { name }, status: ask, clock }: HostToAsk,
  timeoutMs: number,
): Promise<ProcessStart> {
  const late = () => withoutStart(name, { code: 'host_error', facts: { host: name, code: 'timeout' } });
  try {
    const answer = await withTimeout(systemClock, timeoutMs, Promise.all([ask(), clock()]));
    if (answer === undefined) return late();
    const [status, reading] = answer;
    if (status.mainPid === 0) return withoutStart(name, withoutProcess(name, status));
    if (status.activeSince === undefined)
      return withoutStart(name, { code: 'start_unknown', facts: { hosts: [name] } });
    return { host: name, at: byBotsClock(status.activeSince, reading) };
  } catch (error) {
    return error instanceof HostError ? withoutStart(name, hostReason(error)) : late();
  }
}

const withoutStart = (host: string, gap: Reason): ProcessStart => ({ host, at: undefined, gap });
