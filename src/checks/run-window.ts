import type { ObservedBaseline, ObservedWindow } from '../domain/check-run.js';
import type { Host } from '../hosts/host.js';
import type { WindowSettings } from '../runbook/runbook.js';

/** The span of time of one run, and the earlier one of the same length beside it. */
export interface RunWindow {
  readonly window: ObservedWindow;
  readonly baseline: ObservedBaseline;
}

/** The window of an earlier run whose verdict was GO or GO WITH WARNINGS. */
export interface PassedWindow {
  readonly runId: string;
  readonly from: Date;
  readonly to: Date;
}

/** When a host's present process was seen running; undefined: it is stopped, or nobody knows. */
export interface ProcessStart {
  readonly host: string;
  readonly at: Date | undefined;
}

/**
 * The window begins at the later of the look-back and the start of the present process. Of several hosts the latest
 * start counts: their orders stand in one table, and only from then on all of them come from present processes. A
 * host without a known start is named and does not move the window.
 * @param passed newest first.
 */
export function evaluateWindow(
  now: Date,
  starts: readonly ProcessStart[],
  passed: readonly PassedWindow[],
  settings: WindowSettings,
): RunWindow {
  const lookBack = new Date(now.getTime() - settings.minutes * 60_000);
  const known = starts.flatMap(({ at }) => (at === undefined ? [] : [at.getTime()]));
  const latest = known.length === 0 ? undefined : new Date(Math.min(Math.max(...known), now.getTime()));
  const from = latest !== undefined && latest > lookBack ? latest : lookBack;
  const hostsWithoutStart = starts.flatMap(({ host, at }) => (at === undefined ? [host] : []));
  return {
    window: {
      from: from.toISOString(),
      to: now.toISOString(),
      basis: latest === undefined ? 'start_unknown' : from === latest ? 'process_start' : 'look_back',
      ...(hostsWithoutStart.length === 0 ? {} : { hostsWithoutStart }),
    },
    baseline: baselineBefore(from, now, passed, settings),
  };
}

/** Of the newest passed window that is over, recent and long enough, its last part of the same length. */
function baselineBefore(
  from: Date,
  now: Date,
  passed: readonly PassedWindow[],
  { baselineMaxAgeHours }: WindowSettings,
): ObservedBaseline {
  const lengthMs = now.getTime() - from.getTime();
  const oldest = now.getTime() - baselineMaxAgeHours * 3_600_000;
  const comparable = passed.find((window) => {
    const isLongEnough = window.to.getTime() - window.from.getTime() >= lengthMs;
    return isLongEnough && window.to <= from && window.to.getTime() >= oldest;
  });
  const to = comparable?.to ?? from;
  const span = { from: new Date(to.getTime() - lengthMs).toISOString(), to: to.toISOString() };
  if (comparable === undefined) return { ...span, basis: 'before_window' };
  return { ...span, basis: 'passed_run', runId: comparable.runId };
}

/** A host that does not say so in time has no known start: the window says so, and the checks go on. */
export async function processStartOf(
  host: Pick<Host, 'name'> & { readonly service: Pick<Host['service'], 'status'> },
  timeoutMs: number,
): Promise<ProcessStart> {
  try {
    const status = await host.service.status({ timeoutMs, signal: AbortSignal.timeout(timeoutMs) });
    return { host: host.name, at: status.mainPid === 0 ? undefined : status.activeSince };
  } catch {
    return { host: host.name, at: undefined };
  }
}
