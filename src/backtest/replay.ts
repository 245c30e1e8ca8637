import { setMaxListeners } from 'node:events';
import type { CheckContext } from '../checks/context/check-context.js';
import { processStartOf } from '../checks/process-start.js';
import {
  type BacktestFigures,
  type BacktestProgress,
  type BacktestWish,
  everyHowMany,
  momentsOf,
} from '../domain/backtest.js';
import { createTally, type ReplayedMoment } from '../domain/backtest-tally.js';
import { byItsClock } from '../domain/clocks.js';
import {
  evaluateWindow,
  type PassedWindow,
  type ProcessStart,
  type RunWindow,
} from '../domain/run-window.js';
import type { Runbook } from '../runbook/runbook.js';
import { compareStored, type StoredRuns } from './compare-stored.js';
import { type CountEntries, createEntryCounter } from './count-entries.js';
import { readEmptyDays } from './empty-days.js';
import { readEnvironment } from './judged-environment.js';
import { readKnownSince } from './known-since.js';
import { oneAhead } from './one-ahead.js';
import { pacedQueries } from './paced-queries.js';
import { type MomentParts, type ReplayedRunbook, replayMoment } from './replay-moment.js';
import { type Replayable, sortChecks } from './replayable.js';

export interface ReplayOptions {
  readonly wish: BacktestWish;
  readonly runbook: Runbook;
  /** The same with the parameters of the wish; undefined: none is changed. */
  readonly changed: Runbook | undefined;
  /** Of a run of the target; its trading database is there. */
  readonly context: CheckContext;
  readonly storedRuns: StoredRuns | undefined;
  readonly passedWindows: (since: Date) => Promise<readonly PassedWindow[]>;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Waited for before each moment: whatever is more urgent goes first. */
  readonly yieldToOthers: () => Promise<void>;
  readonly onProbeError: (checkId: string, error: unknown) => void;
  readonly onProgress?: ((progress: BacktestProgress) => void) | undefined;
  /** Told of each moment, oldest first. */
  readonly onMoment?: ((moment: ReplayedMoment) => void) | undefined;
  /** Ends it early: what was replayed until then is told. */
  readonly signal: AbortSignal;
}

/** So many windows are counted by one statement. */
const CHUNK = 24;
const HOST_TIMEOUT_MS = 12_000;

/**
 * Asks the windowed checks of a runbook about past moments, one after the other, each as a run would have.
 * @throws DatabaseFaultError where the trading database does not answer at all
 */
export async function replay(options: ReplayOptions): Promise<BacktestFigures> {
  const { wish, runbook, changed, monotonicMs, sleep } = options;
  const startedMs = monotonicMs();
  setMaxListeners(LISTENERS, options.signal);
  const { trading } = options.context;
  const base: CheckContext = {
    ...options.context,
    trading: trading && pacedQueries(trading, { monotonicMs, sleep }),
  };
  const prepared = await prepare(base, options);
  const { now, later, notReplayed, knownSince, moments } = prepared;
  const steps = stepsOf(now.checks, options);
  const tally = createTally(
    now.checks.map(({ check: { id, section, title, mode } }) => {
      const everySecs = wish.everySecs * (steps.get(id) ?? 1);
      return { id, section, title, mode, everySecs };
    }),
    changed !== undefined,
  );
  // What is given up fails for no reason of its own.
  const onProbeError: MomentParts['onProbeError'] = (...told) => {
    if (!options.signal.aborted) options.onProbeError(...told);
  };
  const parts: MomentParts = { ...options, onProbeError, base, knownSince, now, changed: later };
  const done = await replayAll(moments, tally.add, parts, { ...prepared, steps }, options);
  const from = new Date(moments[0] ?? 0);
  const to = new Date(moments.at(-1) ?? 0);
  const stored = await compareStored({ ...options, from, to, parts });
  const span = { from: from.getTime(), to: to.getTime() };
  return {
    strategy: runbook.strategy,
    wish,
    runbookSha256: runbook.sha256,
    from: from.toISOString(),
    to: to.toISOString(),
    moments: moments.length,
    done,
    windowMinutes: runbook.window.minutes,
    parameters: Object.entries(wish.set).flatMap(([name, value]) => {
      const before = runbook.params[name];
      return before === undefined ? [] : [{ name, now: before, changed: value }];
    }),
    checks: tally.checks(),
    notReplayed,
    oldest: knownSince.oldest,
    emptyDays: await readEmptyDays(base.trading ?? NOBODY, knownSince.dated, span),
    environment: await readEnvironment(now.checks, base),
    stored,
    durationMs: Math.round(monotonicMs() - startedMs),
  };
}

async function prepare(base: CheckContext, { wish, runbook, changed, passedWindows, signal }: ReplayOptions) {
  const { replayed, notReplayed } = sortChecks(runbook);
  const isWanted = (id: string) => wish.checks.length === 0 || wish.checks.includes(id);
  const wanted = replayed.filter(({ check }) => isWanted(check.id));
  const clock = await base.tradingClock();
  const moments = momentsOf(wish, clock.moment.at);
  const oldest = (moments[0] ?? 0) - runbook.window.baselineMaxAgeHours * 3_600_000;
  const [passed, starts] = await Promise.all([
    passedWindows(new Date(oldest)),
    Promise.all(base.hosts.map((host) => processStartOf(host, HOST_TIMEOUT_MS))),
  ]);
  const there = starts.flatMap((start): readonly ProcessStart[] =>
    start.at === undefined ? [] : [{ ...start, at: byItsClock(start.at, clock) }],
  );
  const now: ReplayedRunbook = { runbook, checks: wanted };
  const later = changed && { runbook: changed, checks: sameChecks(wanted, changed) };
  return {
    now,
    later,
    notReplayed: notReplayed.filter(({ id }) => isWanted(id)),
    moments,
    knownSince: await readKnownSince(base.trading ?? NOBODY, [...wanted, ...(later?.checks ?? [])], signal),
    windowAt: (at: Date): RunWindow =>
      evaluateWindow(
        at,
        // Of the processes before the present ones nobody knows when they began: the whole look-back stands then.
        there.filter((start) => start.at !== undefined && start.at <= at),
        passed,
        runbook.window,
      ),
  };
}

/** `configured` refuses a context without a trading database before it is asked for anything here. */
const NOBODY = {
  query: () => Promise.reject(new Error('there is no trading database')),
};

function sameChecks(wanted: readonly Replayable[], changed: Runbook): readonly Replayable[] {
  const ids = new Set(wanted.map(({ check }) => check.id));
  return sortChecks(changed).replayed.filter(({ check }) => ids.has(check.id));
}

/** @returns how many were replayed */
async function replayAll(
  moments: readonly number[],
  add: (moment: ReplayedMoment) => void,
  parts: MomentParts,
  { windowAt, steps }: Schedule,
  { wish, onMoment, onProgress, yieldToOthers, signal }: ReplayOptions,
): Promise<number> {
  const { base } = parts;
  const countEntries =
    base.trading && createEntryCounter(base.trading, parts.now.runbook.orders, base.runParameters);
  let done = 0;
  let failedInARow = 0;
  for (let start = 0; start < moments.length && !signal.aborted; start += CHUNK) {
    const chunk = moments.slice(start, start + CHUNK).map((ms) => ({ ms, window: windowAt(new Date(ms)) }));
    const entries = await entriesOf(
      chunk.map(({ window }) => window),
      countEntries,
    );
    const ask = async ({ ms, window }: (typeof chunk)[number]) => {
      await yieldToOthers();
      const place = Math.round(ms / (wish.everySecs * 1_000));
      const isDue = ({ check }: Replayable) => place % (steps.get(check.id) ?? 1) === 0;
      return withOwnSignal(signal, (own) =>
        replayMoment(new Date(ms), window, { ...dueParts(parts, isDue), signal: own }),
      );
    };
    // The database is asked about the next moment while this one is judged.
    for await (const { of, index, answer: checks } of oneAhead(chunk, ask, signal)) {
      failedInARow =
        checks.length > 0 && checks.every((check) => isDatabaseFault(check.result)) ? failedInARow + 1 : 0;
      if (failedInARow >= MOST_FAILED) await askAnything(base);
      const moment = { at: of.ms, entries: entries?.[index], checks };
      add(moment);
      onMoment?.(moment);
      done += 1;
      onProgress?.({ done, moments: moments.length });
    }
  }
  return done;
}

/** So many checks of a moment listen to its signal. */
const LISTENERS = 500;

/** What listens to a signal may be kept for as long as that lives: each moment has one of its own. */
async function withOwnSignal<T>(signal: AbortSignal, work: (own: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  setMaxListeners(LISTENERS, own.signal);
  const abort = () => own.abort();
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await work(own.signal);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

interface Schedule {
  readonly windowAt: (at: Date) => RunWindow;
  /** Every how many moments a check is asked. */
  readonly steps: ReadonlyMap<string, number>;
}

/** What somebody names is asked at each moment. */
function stepsOf(checks: readonly Replayable[], { wish, runbook }: ReplayOptions): Schedule['steps'] {
  const at = new Date(0);
  const { window, baseline } = evaluateWindow(at, [], [], runbook.window);
  const spans = { windowFrom: window.from, baselineFrom: baseline.from, asOf: at.toISOString() };
  const bound = new Map(Object.entries({ ...runbook.params, ...spans }));
  return new Map(
    checks.map(({ check, lookBack }) => {
      const lookBackMs = -(lookBack.earliest(bound) ?? 0);
      return [check.id, wish.checks.length > 0 ? 1 : everyHowMany(lookBackMs, wish.everySecs)];
    }),
  );
}

function dueParts(parts: MomentParts, isDue: (one: Replayable) => boolean): MomentParts {
  const due = (one: ReplayedRunbook) => ({ ...one, checks: one.checks.filter(isDue) });
  return { ...parts, now: due(parts.now), changed: parts.changed && due(parts.changed) };
}

/** After so many moments without any answer the database itself is asked. */
const MOST_FAILED = 3;

const isDatabaseFault = (result: ReplayedMoment['checks'][number]['result']): boolean =>
  result?.reason.code === 'database_error';

/** @throws DatabaseFaultError where it is the database that fails, and no statement */
async function askAnything({ trading }: CheckContext): Promise<void> {
  await trading?.query({ text: 'SELECT 1 AS one', values: [], timeoutMs: HOST_TIMEOUT_MS });
}

/** Which windows had how many entries is told beside the outcomes; where it cannot be asked they stand without it. */
async function entriesOf(
  windows: readonly RunWindow[],
  countEntries: CountEntries | undefined,
): Promise<readonly number[] | undefined> {
  try {
    return await countEntries?.(windows.map(({ window }) => window));
  } catch {
    return undefined;
  }
}
