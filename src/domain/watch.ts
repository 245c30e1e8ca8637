import { z } from 'zod';
import { type CheckResult, type CheckRun, checkResultSchema } from './check-run.js';
import type { Person } from './person.js';
import type { ValueOf } from './value-of.js';
import { VERDICTS, type Verdict } from './verdict.js';

/** A target between releases: what each look of its watch saw, and which verdict counts. */

/** Who asks for its runs, and for its halts. */
export const THE_WATCH: Person = { id: 'lobml', name: 'watch', surface: 'terminal' };

/** A deciding check that did not pass, as a message shows it. */
export const troubleSchema = checkResultSchema.pick({
  id: true,
  title: true,
  outcome: true,
  reason: true,
  besides: true,
  says: true,
  observed: true,
});
export type WatchTrouble = ValueOf<typeof troubleSchema>;

const watchLookSchema = z.object({
  /** RFC 3339, by the clock of the bot's database. */
  at: z.string(),
  verdict: z.enum(VERDICTS),
  runIds: z.array(z.string()),
  troubles: z.array(troubleSchema),
});
export type WatchLook = ValueOf<typeof watchLookSchema>;

/** How many looks in a row may be asked for. */
export const MOST_IN_A_ROW = 10;

export const watchStateSchema = z.object({
  /** The newest ones, oldest first: as many as any rule asks for. */
  looks: z.array(watchLookSchema),
  /** The verdict that counts; null: nothing has been seen often enough yet. */
  verdict: z.enum(VERDICTS).nullable(),
  /** Since when; RFC 3339. */
  since: z.string().nullable(),
});
export type WatchState = ValueOf<typeof watchStateSchema>;

export const NOTHING_SEEN: WatchState = { looks: [], verdict: null, since: null };

/** How often in a row something is seen before it counts. */
export interface AfterLooks {
  /** For HOLD and GO WITH WARNINGS. */
  readonly tell: number;
  /** For NO-GO. */
  readonly call: number;
  /** For a check that halts. */
  readonly halt: number;
  /** For what is better than before. */
  readonly well: number;
}

const RANK: Readonly<Record<Verdict, number>> = { GO: 0, GO_WITH_WARNINGS: 1, HOLD: 2, NO_GO: 3 };
const WORST_FIRST = VERDICTS.toReversed();

export const isWorse = (one: Verdict, than: Verdict | null): boolean => RANK[one] > RANK[than ?? 'GO'];

/** @param runs of one look, at least one. @param at RFC 3339 */
export function lookOf(runs: readonly CheckRun[], at: string): WatchLook {
  const verdict = WORST_FIRST.find((one) => runs.some((run) => run.verdict === one)) ?? 'HOLD';
  const troubles = new Map<string, WatchTrouble>();
  for (const { checks } of runs)
    for (const check of checks) if (isTrouble(check)) troubles.set(check.id, troubleOf(check));
  const worst = [...troubles.values()].toSorted((a, b) => GRAVITY[a.outcome] - GRAVITY[b.outcome]);
  return { at, verdict, runIds: runs.map(({ runId }) => runId), troubles: worst };
}

const GRAVITY = { FAIL: 0, ERROR: 1, INCONCLUSIVE: 2, SKIPPED: 3, WARN: 4, PASS: 5 } as const;

const isTrouble = ({ mode, outcome }: CheckResult): boolean => mode === 'deciding' && outcome !== 'PASS';

const troubleOf = ({ id, title, outcome, reason, besides, says, observed }: CheckResult): WatchTrouble => ({
  id,
  title,
  outcome,
  reason,
  ...(besides === undefined ? {} : { besides }),
  says: says.slice(0, MOST_ROWS),
  observed: observed.slice(0, MOST_ROWS),
});

/** Of a check in a message; the run has all of them. */
const MOST_ROWS = 5;

/** Of looks before the newest only what became of their checks is asked for. */
const withoutRows = (look: WatchLook): WatchLook => ({
  ...look,
  troubles: look.troubles.map((trouble) => ({ ...trouble, says: [], observed: [] })),
});

/**
 * After one more look: a change counts once it was seen often enough in a row, in both directions.
 * @param everyMs the interval: looks further apart than two of them are in no row
 */
export function withLook(
  state: WatchState,
  look: WatchLook,
  after: AfterLooks,
  everyMs = Number.POSITIVE_INFINITY,
): WatchState {
  const before = state.looks.at(-1);
  const isGap = before !== undefined && Date.parse(look.at) - Date.parse(before.at) > 2 * everyMs;
  const row = isGap ? [] : state.looks.map(withoutRows);
  const looks = [...row, look].slice(-MOST_IN_A_ROW);
  return {
    looks,
    ...(settled(looks, state.verdict, after) ?? { verdict: state.verdict, since: state.since }),
  };
}

function settled(
  looks: readonly WatchLook[],
  known: Verdict | null,
  after: AfterLooks,
): Pick<WatchState, 'verdict' | 'since'> | undefined {
  const worse = WORST_FIRST.find((verdict) => {
    const needed = verdict === 'NO_GO' ? after.call : after.tell;
    return isWorse(verdict, known) && streak(looks, (seen) => RANK[seen] >= RANK[verdict]).length >= needed;
  });
  if (worse !== undefined) {
    const [first] = streak(looks, (seen) => RANK[seen] >= RANK[worse]);
    return { verdict: worse, since: first?.at ?? null };
  }
  // The first good look of a watch is no recovery: nothing was wrong.
  const needed = known === null ? 1 : after.well;
  const better = streak(looks, (seen) => (known === null ? seen === 'GO' : RANK[seen] < RANK[known]));
  if (better.length < needed) return undefined;
  const verdict = WORST_FIRST.find((one) => better.some((look) => look.verdict === one)) ?? null;
  return { verdict, since: better[0]?.at ?? null };
}

/** The looks at the end that all hold, oldest first. */
function streak(looks: readonly WatchLook[], holds: (verdict: Verdict) => boolean): readonly WatchLook[] {
  return looks.slice(looks.findLastIndex(({ verdict }) => !holds(verdict)) + 1);
}

/** The next moment of the grid that begins at `dueAt`: looks that are late are left out. */
export function nextLookAt(dueAt: Date, everyMs: number, now: Date): Date {
  const missed = Math.max(0, Math.floor((now.getTime() - dueAt.getTime()) / everyMs));
  return new Date(dueAt.getTime() + (missed + 1) * everyMs);
}

/** Whether a look has judged anything: where every check ended in an error it saw nothing, and is no success. */
export const hasSeen = (runs: readonly Pick<CheckRun, 'checks'>[]): boolean =>
  runs.some(({ checks }) => checks.some(({ mode, outcome }) => mode === 'deciding' && outcome !== 'ERROR'));
