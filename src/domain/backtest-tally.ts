import type { BacktestFigures, ReplayCounts, ReplayedCheck, ReplayOutcome } from './backtest.js';
import type { CheckResult } from './check-run.js';

/** What one check said of one moment, by the runbook as it is and by the changed one. */
export interface Replayed {
  readonly id: string;
  readonly now: ReplayOutcome;
  readonly changed: ReplayOutcome | undefined;
  /** The result behind `now`; undefined where nothing was asked. */
  readonly result?: Pick<CheckResult, 'reason' | 'says'> | undefined;
}

/** A moment with all its checks. */
export interface ReplayedMoment {
  /** Ms since the epoch. */
  readonly at: number;
  /** In its window; undefined: nobody knows. */
  readonly entries: number | undefined;
  readonly checks: readonly Replayed[];
}

interface Both {
  readonly now: Counts;
  readonly changed: Counts | undefined;
}
type Counts = {
  [Part in keyof ReplayCounts]: { -readonly [O in ReplayOutcome]?: number };
};

interface Kept extends Both {
  readonly days: Map<string, Both>;
  readonly differences: ReplayedCheck['differences'][number][];
  differing: number;
  sample: ReplayedCheck['sample'];
}

/** What is kept of a check grows with the days, not with the moments: of the differences so many are named. */
export const NAMED_DIFFERENCES = 200;

export interface Tally {
  add(moment: ReplayedMoment): void;
  checks(): BacktestFigures['checks'];
}

/** @param isChanged whether there is a second set of parameters */
export function createTally(
  definitions: readonly Pick<ReplayedCheck, 'id' | 'section' | 'title' | 'mode' | 'everySecs'>[],
  isChanged: boolean,
): Tally {
  const both = (): Both => ({ now: noCounts(), changed: isChanged ? noCounts() : undefined });
  const kept = new Map<string, Kept>(
    definitions.map(({ id }) => [
      id,
      { ...both(), days: new Map(), differences: [], differing: 0, sample: undefined },
    ]),
  );
  return {
    add({ at, entries, checks }) {
      const moment = new Date(at).toISOString();
      const day = moment.slice(0, 10);
      for (const check of checks) {
        const own = kept.get(check.id);
        if (own === undefined) continue;
        const ofDay = own.days.get(day) ?? both();
        own.days.set(day, ofDay);
        for (const part of [own, ofDay]) {
          count(part.now, check.now, entries);
          if (part.changed !== undefined) count(part.changed, check.changed ?? 'UNKNOWN', entries);
        }
        keepSample(own, check, moment);
        if (check.changed === undefined || check.changed === check.now) continue;
        own.differing += 1;
        if (own.differences.length < NAMED_DIFFERENCES)
          own.differences.push({
            at: moment,
            now: check.now,
            changed: check.changed,
            entries: entries ?? null,
          });
      }
    },
    checks: () =>
      definitions.flatMap(({ id, section, title, mode, everySecs }) => {
        const own = kept.get(id);
        if (own === undefined) return [];
        const { now, changed, days, differences, differing, sample } = own;
        return {
          id,
          section,
          title,
          mode,
          everySecs,
          now,
          ...(changed && { changed }),
          days: [...days]
            .toSorted(([one], [other]) => one.localeCompare(other))
            .map(([day, part]) => ({ day, now: part.now, ...(part.changed && { changed: part.changed }) })),
          differing,
          differences: differences.toSorted((one, other) => one.at.localeCompare(other.at)),
          ...(sample && { sample }),
        };
      }),
  };
}

const noCounts = (): Counts => ({ moments: {}, entries: {} });

function count({ moments, entries }: Counts, outcome: ReplayOutcome, found: number | undefined): void {
  moments[outcome] = (moments[outcome] ?? 0) + 1;
  if (found !== undefined) entries[outcome] = (entries[outcome] ?? 0) + found;
}

const WORSE: Readonly<Record<ReplayOutcome, number>> = {
  FAIL: 4,
  ERROR: 3,
  INCONCLUSIVE: 2,
  WARN: 1,
  UNKNOWN: 0,
  PASS: 0,
};

/** The latest of the worst: what a person looks at first. */
function keepSample(own: Kept, { now, result }: Replayed, at: string): void {
  if (result === undefined || WORSE[now] === 0) return;
  const { sample } = own;
  const isWorse = sample === undefined || WORSE[now] > WORSE[sample.outcome];
  if (isWorse || (WORSE[now] === WORSE[sample.outcome] && at > sample.at))
    own.sample = { at, outcome: now, reason: result.reason, says: result.says.slice(0, 3) };
}
