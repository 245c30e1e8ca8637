import type { TradingQueries } from '../checks/context/check-context.js';
import type { ObservedValue } from '../domain/check-run.js';

export interface Pace {
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Of the time that a statement took, the part that the database is left alone after it. */
const PAUSE_SHARE = 0.2;

/**
 * One statement at a time, and a pause after each: whoever trades, and whoever decides about a release, finds the
 * database as if nobody looked back.
 */
export function pacedQueries(trading: TradingQueries, { monotonicMs, sleep }: Pace): TradingQueries {
  let last: Promise<unknown> = Promise.resolve();
  return {
    standbyMaxLagSecs: trading.standbyMaxLagSecs,
    query(request) {
      const turn = last.then(async () => {
        const startedMs = monotonicMs();
        const answer = trading.query(request);
        const over = answer.then(
          () => undefined,
          () => undefined,
        );
        last = over.then(() => sleep((monotonicMs() - startedMs) * PAUSE_SHARE));
        return answer;
      });
      last = turn.then(
        () => undefined,
        () => undefined,
      );
      return turn;
    },
  };
}

/** The same statement with the same values is asked once: two sets of parameters that differ in bounds alone share its rows. */
export function askedOnce(trading: TradingQueries): TradingQueries {
  const answers = new Map<string, ReturnType<TradingQueries['query']>>();
  const keyOf = (text: string, values: readonly ObservedValue[]) => JSON.stringify([text, values]);
  return {
    standbyMaxLagSecs: trading.standbyMaxLagSecs,
    query(request) {
      const key = keyOf(request.text, request.values);
      const known = answers.get(key);
      if (known !== undefined) return known;
      const asked = trading.query(request);
      answers.set(key, asked);
      return asked;
    },
  };
}
