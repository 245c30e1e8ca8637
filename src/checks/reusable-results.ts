import type { CheckResult, CheckRun } from '../domain/check-run.js';
import { DEFAULT_VERDICT_TTL_MS } from '../domain/verdict.js';

interface ReuseOptions {
  readonly now: Date;
  /** The runbook of now; a result under another one was judged by other conditions. */
  readonly runbookSha256: string;
  /**
   * Since when the present processes run, or when a result was last outdated in another way; undefined: unknown, and
   * then nothing is reused.
   */
  readonly unchangedSince: Date | undefined;
  /**
   * Whether a check's result can only change with the process or with time. What reads files, processes or the
   * environment is cheap to look at again, and a file can be edited at any moment: never reused.
   */
  readonly isReusable: (checkId: string) => boolean;
}

/**
 * The results of earlier runs that a decision may rest on, by check id. Only what passed (PASS or WARN) in its newest
 * observation, is younger than a verdict lives, and was observed on the present process: whatever was bad or unknown
 * is looked at again, and so is everything after a restart. Results that share a statement agree with each other only
 * as long as they come from one execution of it: they are reused together or not at all.
 *
 * @param runs runs of one strategy and target, newest first.
 */
export function reusableResults(
  runs: readonly CheckRun[],
  { now, runbookSha256, unchangedSince, isReusable }: ReuseOptions,
): ReadonlyMap<string, CheckResult> {
  if (unchangedSince === undefined) return new Map();
  const newest = new Map<string, CheckResult>();
  for (const run of runs.filter((run) => run.runbookSha256 === runbookSha256 && isOfTarget(run))) {
    for (const check of run.checks) {
      const known = newest.get(check.id);
      if (known !== undefined && known.observedAt >= check.observedAt) continue;
      newest.set(check.id, {
        ...check,
        reusedFrom: check.reusedFrom ?? { runId: run.runId, kind: run.kind },
      });
    }
  }
  const oldest = Math.max(now.getTime() - DEFAULT_VERDICT_TTL_MS, unchangedSince.getTime());
  const results = [...newest.values()];
  const stale = results.filter(
    (check) => !isReusable(check.id) || !isGood(check) || !isWithin(check, oldest, now.getTime()),
  );
  const spoiled = results.filter((check) => results.some((other) => disagree(check, other)));
  const again = new Set([
    ...stale,
    ...spoiled,
    ...results.filter((check) => stale.some(sharesStatementWith(check))),
  ]);
  return new Map(results.filter((check) => !again.has(check)).map((check) => [check.id, check]));
}

/** A plan's run says nothing of what stands, a canary's nothing of the other hosts. */
const isOfTarget = ({ planned, partial }: CheckRun): boolean => planned !== true && partial !== true;

const sharesStatementWith =
  ({ evidence }: CheckResult) =>
  (other: CheckResult): boolean =>
    evidence.sql !== undefined && evidence.sql === other.evidence.sql;

/** Two results of one statement that were not observed at once. */
const disagree = (check: CheckResult, other: CheckResult): boolean =>
  sharesStatementWith(check)(other) && check.observedAt !== other.observedAt;

const isGood = ({ outcome }: CheckResult): boolean => outcome === 'PASS' || outcome === 'WARN';

function isWithin({ observedAt }: CheckResult, oldestMs: number, newestMs: number): boolean {
  const at = Date.parse(observedAt);
  return at > oldestMs && at <= newestMs;
}
