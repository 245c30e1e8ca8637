import type { Reason } from '../domain/reason.js';
import type { ProcessStart } from '../domain/run-window.js';
import { type Host, HostError, type ServiceStatus } from '../hosts/host.js';
import { systemClock, withTimeout } from '../time/clock.js';
import { withoutProcess } from './context/without-process.js';

export interface HostToAsk {
  readonly host: Pick<Host, 'name'>;
  /** How the service of the host stands. @throws HostError */
  status(): Promise<ServiceStatus>;
}

/** Never fails: a host that does not say so in time is a gap. */
export async function processStartOf(
  { host: { name }, status: ask }: HostToAsk,
  timeoutMs: number,
): Promise<ProcessStart> {
  const failed = (code: string, detail: string) =>
    withoutStart(name, { code: 'host_error', facts: { host: name, code, detail } });
  const late = () => failed('timeout', `${name} did not tell its state in time.`);
  try {
    const status = await withTimeout(systemClock, timeoutMs, ask());
    if (status === undefined) return late();
    if (status.mainPid === 0) return withoutStart(name, withoutProcess(name, status));
    if (status.activeSince === undefined)
      return withoutStart(name, { code: 'start_unknown', facts: { hosts: [name] } });
    return { host: name, at: status.activeSince };
  } catch (error) {
    return error instanceof HostError ? failed(error.code, error.message) : late();
  }
}

const withoutStart = (host: string, gap: Reason): ProcessStart => ({ host, at: undefined, gap });
