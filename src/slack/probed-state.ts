import type { DependencyCheck, DependencyState } from '../telemetry/health.js';
import type { Clock } from '../time/clock.js';
import { classifyFailure } from './failure.js';

/** Whoever asks more often has the last answer. */
const ASKED_EVERY_MS = 10_000;

/** In HTTP mode nothing stays connected: a call tells, at most one in that time, whatever came of it. */
export function probedState(
  probe: () => Promise<unknown>,
  clock: Pick<Clock, 'monotonic'>,
): () => ReturnType<DependencyCheck> {
  let askedAt = Number.NEGATIVE_INFINITY;
  let answer: Promise<DependencyState> = Promise.resolve({ ok: false });
  return () => {
    if (clock.monotonic() - askedAt < ASKED_EVERY_MS) return answer;
    askedAt = clock.monotonic();
    answer = probe().then(
      () => ({ ok: true }),
      (error: unknown) => {
        const failure = classifyFailure(error);
        return { ok: false, detail: failure.kind === 'refused' ? failure.code : failure.kind };
      },
    );
    return answer;
  };
}
