import type { ObservedBaseline, ObservedWindow } from './check-run.js';
import type { Reason } from './reason.js';

/** The span of time that statements look at when they bind `windowFrom` and its like. */
export interface WindowSettings {
  /** At most this long, however long the present process has been running. */
  readonly minutes: number;
  /** An earlier passed window is a baseline up to this age. */
  readonly baselineMaxAgeHours: number;
}

/** The span of time of one run, and the earlier one of the same length beside it. */
export interface RunWindow {
  readonly window: ObservedWindow;
  readonly baseline: ObservedBaseline;
  /** Why it cannot be the window of all present processes: with one, nothing in it passes. */
  readonly gaps: readonly Reason[];
}

/** The window of an earlier run that was GO, or GO WITH WARNINGS that were all acknowledged, and stayed it. */
export interface PassedWindow {
  readonly runId: string;
  readonly from: Date;
  readonly to: Date;
}

/** When a host's present process was seen running. */
export type ProcessStart =
  | { readonly host: string; readonly at: Date }
  /** It is stopped, or nobody knows. */
  | { readonly host: string; readonly at: undefined; readonly gap: Reason };

/**
 * The window begins at the later of the look-back and the start of the present process. Of several hosts the latest
 * start counts: their orders stand in one table, and only from then on all of them come from present processes. A
 * host without a known start is named, does not move the window, and is a gap: what stands there may be of a process
 * that is gone.
 * @param passed newest first.
 * @param halted when a halt was asked for: nothing before it is looked at, also where the service is stopped.
 */
export function evaluateWindow(
  now: Date,
  starts: readonly ProcessStart[],
  passed: readonly PassedWindow[],
  settings: WindowSettings,
  halted?: Date,
): RunWindow {
  const lookBack = new Date(now.getTime() - settings.minutes * 60_000);
  const known = starts.flatMap(({ at }) => (at === undefined ? [] : [at.getTime()]));
  const latest = known.length === 0 ? undefined : new Date(Math.min(Math.max(...known), now.getTime()));
  const young = latest !== undefined && latest > lookBack ? latest : lookBack;
  const from = halted !== undefined && halted > young && halted < now ? halted : young;
  const unknown = starts.filter((start) => start.at === undefined);
  const hostsWithoutStart = unknown.map(({ host }) => host);
  return {
    window: {
      from: from.toISOString(),
      to: now.toISOString(),
      basis: basisOf(),
      ...(hostsWithoutStart.length === 0 ? {} : { hostsWithoutStart }),
    },
    baseline: baselineBefore(from, now, passed, settings),
    gaps: unknown.map(({ gap }) => gap),
  };

  function basisOf(): NonNullable<ObservedWindow['basis']> {
    if (from === halted) return 'halt';
    if (latest === undefined) return 'start_unknown';
    return from === latest ? 'process_start' : 'look_back';
  }
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
