/** What a clock said when it was asked. */
export interface Moment {
  readonly at: Date;
  /** By how much it may be off because the clock tells no more: half a second of one that tells whole seconds. */
  readonly errorMs: number;
}

/** One look at a clock, against the bot's. */
export interface ClockReading {
  /** By how much it is ahead of the bot's; below 0: behind. */
  readonly aheadMs: number;
  /** Half the round trip, and what the clock itself does not tell. */
  readonly errorMs: number;
}

/**
 * By how much moments of that clock are later than the bot's, so that both can meet. A difference that the look itself
 * explains is none: moments of clocks that agree stay as they are.
 * @param reading undefined: it is the bot's own clock.
 */
export const clockShiftMs = (reading: ClockReading | undefined): number =>
  reading === undefined || Math.abs(reading.aheadMs) <= reading.errorMs ? 0 : reading.aheadMs;

/** A moment of that clock, by the bot's. */
export const byBotsClock = (at: Date, reading: ClockReading | undefined): Date =>
  new Date(at.getTime() - clockShiftMs(reading));

/** A moment of the bot's clock, by that one. */
export const byItsClock = (at: Date, reading: ClockReading | undefined): Date =>
  new Date(at.getTime() + clockShiftMs(reading));

export interface NamedClock extends ClockReading {
  /** `bot`, `trading_database`, `state_database`, or a host's name. */
  readonly clock: string;
  /** The clocks of one machine are one clock, and count once. */
  readonly machine: string;
}

export const BOT = 'bot';
export const TRADING_DATABASE = 'trading_database';
export const STATE_DATABASE = 'state_database';

export interface ComparedClock {
  readonly clock: string;
  /** Ahead of what it is measured against; below 0: behind. */
  readonly aheadMs: number;
  readonly errorMs: number;
  /** What it is measured against: the clocks that agree, where they are more than half; else one of them. */
  readonly against: 'majority' | typeof TRADING_DATABASE | typeof BOT;
}

/** Says of each clock by how much it is wrong. @param toleranceMs up to which difference two clocks agree. */
export function compareClocks(clocks: readonly NamedClock[], toleranceMs: number): readonly ComparedClock[] {
  const { reference, against } = referenceOf(clocks, toleranceMs);
  return clocks.map((one) => ({
    clock: one.clock,
    aheadMs: one.aheadMs - reference.aheadMs,
    errorMs: one.clock === reference.clock ? 0 : one.errorMs + reference.errorMs,
    against,
  }));
}

const BOTS_CLOCK: NamedClock = { clock: BOT, machine: BOT, aheadMs: 0, errorMs: 0 };

/** Of those that agree the trading database, whose clock dates the rows; else the one that was read best. */
function referenceOf(clocks: readonly NamedClock[], toleranceMs: number) {
  const machines = new Set(clocks.map(({ machine }) => machine));
  const agreeing = clocks
    .map((one) => clocks.filter(({ aheadMs }) => Math.abs(aheadMs - one.aheadMs) <= toleranceMs))
    .find((group) => 2 * new Set(group.map(({ machine }) => machine)).size > machines.size);
  const trading = (among: readonly NamedClock[]) => among.find(({ clock }) => clock === TRADING_DATABASE);
  if (agreeing !== undefined && machines.size > 2) {
    const [best = BOTS_CLOCK] = agreeing.toSorted((a, b) => a.errorMs - b.errorMs);
    return { reference: trading(agreeing) ?? best, against: 'majority' as const };
  }
  const known = trading(clocks);
  return known === undefined
    ? { reference: BOTS_CLOCK, against: BOT as typeof BOT }
    : { reference: known, against: TRADING_DATABASE as typeof TRADING_DATABASE };
}
