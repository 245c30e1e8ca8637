import { byItsClock } from '../domain/clocks.js';
import {
  evaluateWindow,
  type PassedWindow,
  type RunWindow,
  type WindowSettings,
} from '../domain/run-window.js';
import type { ServerClock } from '../store/server-moment.js';
import { systemClock, withTimeout } from '../time/clock.js';
import { once } from '../time/once.js';
import { HOST_TIMEOUT_MS } from './context/host-timeout.js';
import { type HostToAsk, processStartOf } from './process-start.js';

/** A host's look has the run's own bound; this is for one that does not heed it. */
const STATUS_TIMEOUT_MS = HOST_TIMEOUT_MS + 500;
const BASELINE_TIMEOUT_MS = 1_000;

interface WindowSources {
  readonly hosts: readonly HostToAsk[];
  readonly settings: WindowSettings;
  /** Where the window ends, by the clock that dates the rows in it. */
  readonly tradingClock: () => Promise<ServerClock>;
  /** The bot's clock: by it the bot's own records are dated. */
  readonly now: () => Date;
  /** The windows of earlier runs of this target that passed and were started since then, newest first. */
  readonly passedWindows: (since: Date) => Promise<readonly PassedWindow[]>;
  /** When a halt was asked for that this run looks after, by the bot's clock. */
  readonly halted?: Date | undefined;
}

/** Works the window of one run out when it is asked for, and once. Fails only where `tradingClock` does: what else is not known is said. */
export function windowOnce(sources: WindowSources): () => Promise<RunWindow> {
  return once(() => resolveWindow(sources));
}

async function resolveWindow({
  hosts,
  settings,
  tradingClock,
  now,
  passedWindows,
  halted,
}: WindowSources): Promise<RunWindow> {
  const asked = now();
  const since = new Date(asked.getTime() - settings.baselineMaxAgeHours * 3_600_000);
  const [clock, starts, passed] = await Promise.all([
    tradingClock(),
    Promise.all(hosts.map((host) => processStartOf(host, STATUS_TIMEOUT_MS))),
    withoutFailing(passedWindows(since)),
  ]);
  // The rows of the window are dated by the trading database: what others date meets them by its clock.
  const there = (at: Date) => byItsClock(at, clock);
  const startsThere = starts.map((start) =>
    start.at === undefined ? start : { ...start, at: there(start.at) },
  );
  return evaluateWindow(clock.moment.at, startsThere, passed, settings, halted && there(halted));
}

/** Without the bot's own database the window before this one is the baseline, and the report says so. */
async function withoutFailing(windows: Promise<readonly PassedWindow[]>): Promise<readonly PassedWindow[]> {
  const known = await withTimeout(systemClock, BASELINE_TIMEOUT_MS, windows).catch(() => undefined);
  return known ?? [];
}
