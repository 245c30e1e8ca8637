import { evaluateHalt, type Halt, isOff, isSettled, turnsOff } from '../domain/halt.js';
import type { Outcome } from '../domain/outcome.js';
import type { Target } from '../runbook/targets.js';
import type { Clock } from '../time/clock.js';
import { RESTING_MS, type VenueOfHalt } from './halt-venue.js';
import type { LiveHalt } from './live-halt.js';
import type { StrategyFacts } from './strategy-facts.js';
import { type OrderMark, type OrdersMeant, type TradingLook, tradingFaultCode } from './trading-look.js';

export interface HaltProofOptions {
  /** undefined: TRADING_DATABASE_URL is not set. */
  readonly trading: TradingLook | undefined;
  /** Section 4 again; undefined where it cannot be run. */
  readonly verify?: ((halt: Halt) => Promise<Halt['verification']>) | undefined;
  /** Whether the new processes were seen loading the model; undefined where nobody can look. */
  readonly proveStart?: ((halt: Halt) => Promise<Outcome | undefined>) | undefined;
  /** Whether a log tells that the strategy was loaded. */
  readonly facts?: Pick<StrategyFacts, 'startLog'>;
  readonly clock: Clock;
}

/** A host that does not answer is tried again for at least this long. */
const TRY_AGAIN_FOR_MS = 30_000;
/** A mark that was taken so soon after the last host was seen off has missed no order. */
const MARK_LATE_MS = 2_000;
const POLL_MS = 50;
const ORDERS_POLL_MS = 1_000;
/** After the observation: how long a trading database that does not answer is asked again. */
const LAST_ANSWER_MS = 10_000;

/** The observation after every host was seen off. All of it in milliseconds of the monotonic clock. */
interface Observation {
  /** When the last host was seen off, as the halt says it. */
  readonly settled: string;
  readonly settledAt: number;
  /** undefined: the trading database has not answered yet, and from when on it is watched is not known. */
  marked: { readonly mark: OrderMark; readonly at: number } | undefined;
  /** When the newest question that was answered was asked. */
  askedAt: number;
}

/** Looks until a halt is proved, or known not to be. What it sees is part of the halt. */
export class HaltProof {
  readonly #live: LiveHalt;
  readonly #target: Target;
  readonly #o: HaltProofOptions;
  readonly #venue: VenueOfHalt | undefined;
  #observation: Observation | undefined;

  constructor(live: LiveHalt, target: Target, options: HaltProofOptions, venue?: VenueOfHalt) {
    this.#venue = venue;
    this.#live = live;
    this.#target = target;
    this.#o = options;
  }

  /** Until the observation time has passed with every host off, an order was seen, or the hosts were tried for long. */
  async watch(): Promise<void> {
    const { clock } = this.#o;
    const { acting } = this.#live.signals;
    const deadline = clock.monotonic() + Math.max(TRY_AGAIN_FOR_MS, this.#observationMs);
    while (!acting.aborted) {
      const settled = this.#settledSince();
      if (settled === undefined) {
        this.#resetWatch();
        if (clock.monotonic() > deadline) return this.#giveUpWatch();
      } else if (await this.#isObserved(this.#observationSince(settled))) {
        // What may trade on beside a process that is off has the same time to end.
        if (this.#isAllSettled || clock.monotonic() > deadline || this.#hasEntries) return;
      }
      await clock.sleep(settled === undefined ? POLL_MS : ORDERS_POLL_MS, acting).catch(() => undefined);
    }
  }

  /** A process that shows the wanted variables may still have refused the model: then it carries out no exit either. */
  async start(): Promise<void> {
    const { proveStart } = this.#o;
    const { halt } = this.#live;
    // Each host was settled only with the strategy loaded, where its log can tell.
    if (halt.kind === 'stop_entries' && this.#isAllSettled && this.#o.facts?.startLog !== undefined)
      return this.#live.change({ start: 'PASS' });
    const isNext = this.#isPreviousModel && evaluateHalt(halt) === 'verified';
    if (proveStart === undefined || !isNext) return;
    this.#live.change({ start: await proveStart(halt).catch(() => 'ERROR' as const) });
  }

  /** What is held at the venue, beside what the records say. */
  async positions(): Promise<void> {
    await this.#venue?.comparePositions();
  }

  /** Everything that is worth knowing and that nobody waits for. */
  async afterwards(): Promise<void> {
    const { trading, verify } = this.#o;
    if (!turnsOff(this.#live.halt.kind)) return;
    const asked = trading?.openEntries(this.#target).then(
      (openEntries) => ({ openEntries }),
      (error: unknown) => ({ openEntries: null, openEntriesFault: tradingFaultCode(error) }),
    );
    const [entries, verification] = await Promise.all([
      asked ?? { openEntries: null, openEntriesFault: 'not_configured' },
      verify?.(this.#live.halt).catch(() => null) ?? null,
    ]);
    this.#live.change({ ...entries, verification });
  }

  get #isPreviousModel(): boolean {
    return this.#live.halt.kind === 'previous_model';
  }

  /** Exits may rest, where they go on. */
  get #which(): OrdersMeant {
    return this.#live.halt.kind === 'stop_entries' ? 'not_exits' : 'every';
  }

  get #isAllSettled(): boolean {
    const { hosts, kind } = this.#live.halt;
    return hosts.every((host) => isSettled(host, kind));
  }

  get #hasEntries(): boolean {
    return this.#live.halt.entryWatch.state === 'entries';
  }

  /** When the last host was seen off; undefined: not all of them are. */
  #settledSince(): string | undefined {
    const { hosts, kind } = this.#live.halt;
    if (!hosts.every((host) => isOff(host, kind))) return undefined;
    return hosts
      .map(({ processAt }) => processAt ?? '')
      .sort()
      .at(-1);
  }

  #observationSince(settled: string): Observation {
    const known = this.#observation;
    if (known?.settled === settled) return known;
    const now = this.#o.clock.monotonic();
    // A process of the bot that was killed may have seen the hosts off long ago.
    const sinceMs = known === undefined ? Math.max(0, this.#o.clock.now() - Date.parse(settled)) : 0;
    const begun = { settled, settledAt: now - sinceMs, marked: undefined, askedAt: Number.NEGATIVE_INFINITY };
    this.#observation = begun;
    const span = {
      from: settled,
      until: this.#wallTime(now + this.#watchedMs),
      askedAt: null,
      entries: 0,
      code: null,
    };
    this.#watchIs({ ...span, state: this.#isPreviousModel ? 'not_watched' : 'watching' });
    return begun;
  }

  async #isObserved(observation: Observation): Promise<boolean> {
    const { clock, trading } = this.#o;
    if (this.#isPreviousModel) return clock.monotonic() >= observation.settledAt + this.#watchedMs;
    await this.#askOrders(observation);
    if (this.#live.halt.entryWatch.state === 'entries') return true;
    const { marked, askedAt } = observation;
    const end = (marked?.at ?? observation.settledAt) + this.#watchedMs;
    const now = clock.monotonic();
    if (now < end) return false;
    const nothingRests = askedAt >= end && (await this.#askResting(end + RESTING_MS - now));
    const isHeard = await this.#hearVenue(end);
    if (nothingRests && isHeard) {
      this.#watchIs({ state: 'clear', code: null });
      return true;
    }
    const isAnswering =
      askedAt >= now - ORDERS_POLL_MS - LAST_ANSWER_MS && this.#live.halt.resting !== undefined;
    if (trading !== undefined && (isAnswering || !isHeard || now < end + LAST_ANSWER_MS)) return false;
    this.#watchIs({ state: 'unknown' });
    return true;
  }

  get #observationMs(): number {
    return this.#target.watch.haltObservationSecs * 1_000;
  }

  /** A process that is younger than RestartSec may be one turn of a restart loop. */
  get #watchedMs(): number {
    const settle = Math.max(...this.#target.hosts.map(({ service }) => service.restartSecs * 1_000));
    return this.#isPreviousModel ? settle + 500 : Math.max(this.#observationMs, settle);
  }

  async #askOrders(observation: Observation): Promise<void> {
    const { trading, clock } = this.#o;
    if (trading === undefined) return this.#watchIs({ code: 'not_configured' });
    const asked = clock.monotonic();
    const { marked, settledAt } = observation;
    try {
      const orders =
        marked === undefined
          ? await this.#takeMark(trading, observation, asked - settledAt)
          : await trading.ordersSince(this.#target, marked.mark);
      observation.askedAt = asked;
      const at = { askedAt: this.#wallTime(asked), entries: orders, code: null };
      this.#watchIs(orders > 0 ? { ...at, state: 'entries' } : at);
    } catch (error) {
      this.#watchIs({ code: tradingFaultCode(error) });
    }
  }

  /** @returns the orders that came before it and that nobody saw come. */
  async #takeMark(trading: TradingLook, observation: Observation, lateMs: number): Promise<number> {
    const unseenSecs = lateMs <= MARK_LATE_MS ? 0 : (lateMs - MARK_LATE_MS) / 1_000;
    const { mark, before } = await trading.mark(this.#target, unseenSecs);
    const at = this.#o.clock.monotonic();
    observation.marked = { mark, at };
    this.#watchIs({ until: this.#wallTime(at + this.#watchedMs) });
    return before;
  }

  /** @returns whether the venue said that nothing rests, or has been asked for long enough. */
  async #hearVenue(end: number): Promise<boolean> {
    const venue = this.#venue;
    if (venue === undefined || (await venue.isEmptySince(end))) return true;
    if (this.#o.clock.monotonic() < Math.max(venue.until, end + LAST_ANSWER_MS)) return false;
    venue.missed(end);
    return true;
  }

  /** @returns whether nothing rests any more by the records, or will not in the time that is left. */
  async #askResting(leftMs: number): Promise<boolean> {
    try {
      const resting = await this.#o.trading?.resting(this.#target, this.#which);
      if (resting === undefined) return false;
      this.#live.change({ resting });
      const ends = (await this.#restBesideVenue()) ?? resting.rows.map(({ ends_at }) => String(ends_at));
      const until = this.#o.clock.now() + leftMs;
      return ends.length === 0 || ends.some((at) => !(Date.parse(at) < until));
    } catch (error) {
      this.#watchIs({ code: tradingFaultCode(error) });
      return false;
    }
  }

  /** When that ends which the records call open and the venue has not named; undefined: there is no venue. */
  async #restBesideVenue(): Promise<readonly string[] | undefined> {
    const recorded = this.#venue && (await this.#o.trading?.restingOrders(this.#target, this.#which));
    return recorded && this.#venue?.compare(recorded).map(({ endsAt }) => String(endsAt));
  }

  #wallTime(monotonic: number): string {
    const { clock } = this.#o;
    return new Date(clock.now() + (monotonic - clock.monotonic())).toISOString();
  }

  #resetWatch(): void {
    if (this.#observation === undefined && this.#live.halt.entryWatch.from === null) return;
    this.#observation = undefined;
    this.#watchIs({ state: 'waiting', from: null, until: null, askedAt: null, entries: 0, code: null });
  }

  #giveUpWatch(): void {
    if (this.#isPreviousModel) this.#watchIs({ state: 'not_watched' });
  }

  #watchIs(part: Partial<Halt['entryWatch']>): void {
    this.#live.change({ entryWatch: { ...this.#live.halt.entryWatch, ...part } });
  }
}
