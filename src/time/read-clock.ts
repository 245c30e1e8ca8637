import type { ClockReading, Moment } from '../domain/clocks.js';

/** A first look opens a connection and takes long: the next one is better. */
const GOOD_ERROR_MS = 250;
const MAX_LOOKS = 3;

/**
 * Compares a clock with the bot's: what it said is of a moment within the round trip, and the middle of that is off by
 * half of it at most. A step of the bot's clock meanwhile makes the bound wide, and the look is repeated.
 */
export async function readClock<M extends Moment>(
  ask: () => Promise<M>,
  now: () => number,
): Promise<ClockReading & { readonly moment: M }> {
  let best: (ClockReading & { readonly moment: M }) | undefined;
  for (let looks = 1; ; looks += 1) {
    const asked = now();
    const moment = await ask();
    const answered = now();
    const aheadMs = moment.at.getTime() - (asked + answered) / 2;
    const errorMs = Math.abs(answered - asked) / 2 + moment.errorMs;
    if (best === undefined || errorMs < best.errorMs) best = { aheadMs, errorMs, moment };
    const isGood = errorMs - moment.errorMs <= GOOD_ERROR_MS;
    if (isGood || looks === MAX_LOOKS) return best;
  }
}
