import type { BacktestFigures, StoredDifference } from '../domain/backtest.js';
import type { CheckResult, CheckRun, ObservedValue } from '../domain/check-run.js';
import type { RunWindow } from '../domain/run-window.js';
import { sha256Of } from '../machine/sha256.js';
import { type MomentParts, replayMoment } from './replay-moment.js';
import type { Replayable } from './replayable.js';

/** Whole runs of a target that began within a span of time. */
export interface StoredRuns {
  /** How many there are, whether they are handed on or not. */
  count(from: Date, to: Date): Promise<number>;
  /** Newest first. */
  ids(from: Date, to: Date, limit: number): Promise<readonly string[]>;
  get(runId: string): Promise<Pick<CheckRun, 'runId' | 'runbookSha256' | 'checks'> | undefined>;
}

interface Comparison {
  readonly storedRuns: StoredRuns | undefined;
  readonly from: Date;
  readonly to: Date;
  readonly parts: MomentParts;
  readonly yieldToOthers: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** The newest of them: each takes as long as a moment. */
const MOST_RUNS = 100;
const NAMED = 50;

/** Asks once more what runs of that time were asked, at their own moments and of their own windows. */
export async function compareStored(options: Comparison): Promise<BacktestFigures['stored']> {
  const { storedRuns, from, to, parts, yieldToOthers, signal } = options;
  const found = { runs: 0, of: 0, compared: 0, unknown: 0, differing: 0 };
  const differences: StoredDifference[] = [];
  if (storedRuns === undefined || signal.aborted) return { ...found, differences };
  found.of = await storedRuns.count(from, to);
  for (const runId of await storedRuns.ids(from, to, MOST_RUNS)) {
    await yieldToOthers();
    if (signal.aborted) break;
    const run = await storedRuns.get(runId);
    if (run === undefined) continue;
    const compared = await compareRun(run, parts);
    if (signal.aborted) break;
    if (compared.length > 0) found.runs += 1;
    for (const one of compared) {
      if (one.replayed === 'UNKNOWN') found.unknown += 1;
      else found.compared += 1;
      if (one.replayed === 'UNKNOWN' || one.replayed === one.stored) continue;
      found.differing += 1;
      if (differences.length < NAMED) differences.push(one);
    }
  }
  return { ...found, differences };
}

async function compareRun(
  run: Pick<CheckRun, 'runId' | 'runbookSha256' | 'checks'>,
  parts: MomentParts,
): Promise<readonly StoredDifference[]> {
  const known = new Map(parts.now.checks.map((one) => [one.check.id, one]));
  const asked = run.checks.flatMap((result) => {
    const replayable = known.get(result.id);
    const at = replayable && momentOf(replayable, result);
    // One that was skipped, or whose statement was another one, was not asked the same.
    return at === undefined || result.outcome === 'SKIPPED' ? [] : [{ result, replayable, at }];
  });
  const [first] = asked;
  if (first === undefined) return [];
  const checks = asked.flatMap(({ replayable }) => replayable ?? []);
  const now = { ...parts.now, checks };
  const replayed = await replayMoment(first.at, windowOf(asked.map(({ result }) => result)), {
    ...parts,
    now,
    changed: undefined,
  });
  return asked.flatMap(({ result, at }) => {
    const again = replayed.find(({ id }) => id === result.id);
    if (again === undefined) return [];
    return {
      runId: run.runId,
      at: at.toISOString(),
      check: result.id,
      stored: result.outcome,
      replayed: again.now,
      otherRunbook: run.runbookSha256 !== parts.now.runbook.sha256,
    };
  });
}

/** The moment that the stored check bound, or the end of its window. */
function momentOf({ check }: Replayable, { evidence }: CheckResult): Date | undefined {
  const { statement } = check.probe.query ?? {};
  if (statement === undefined || evidence.sha256 !== sha256Of(statement.text)) return undefined;
  const place = statement.parameters.indexOf('asOf');
  const value: ObservedValue | undefined = place === -1 ? evidence.window?.to : evidence.parameters?.[place];
  return typeof value === 'string' ? new Date(value) : undefined;
}

/** The window that the run had worked out, wherever its processes began. */
function windowOf(results: readonly CheckResult[]): RunWindow {
  const seen = results.find(
    ({ evidence }) => evidence.window !== undefined && evidence.baseline !== undefined,
  );
  const { window, baseline } = seen?.evidence ?? {};
  const none = { from: new Date(0).toISOString(), to: new Date(0).toISOString() };
  return {
    window: window ?? none,
    baseline: baseline ?? { ...none, basis: 'before_window' },
    gaps: [],
  };
}
