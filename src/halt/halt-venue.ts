import { isOff, turnsOff } from '../domain/halt.js';
import { type HaltVenue, newHaltVenue, positionsApart, type RecordedOrder } from '../domain/venue.js';
import type { Target } from '../runbook/targets.js';
import { type Clock, withTimeout } from '../time/clock.js';
import { shownText } from '../venue/read-answer.js';
import { createVenue, type Venue, venueFault } from '../venue/venue.js';
import type { HostActsOptions } from './host-acts.js';
import type { LiveHalt } from './live-halt.js';
import type { TradingLook } from './trading-look.js';
import { entriesAtVenue } from './venue-entries.js';

interface HaltVenueParts {
  readonly target: Target;
  readonly hostOf: HostActsOptions['hostOf'];
  readonly trading: TradingLook | undefined;
  readonly clock: Clock;
  /** What the venue has named in the halt before this one: records may be late for longer than one halt. */
  readonly namedBefore: () => Promise<readonly string[]>;
}

/** A host whose flag is not written by then is one that does not answer: what rests is not left alone for its sake. */
const FLAGS_MS = 6_000;
/** How long the restarts are given to be under way: they come first. */
const RESTARTS_MS = 500;
/** How long it is asked until nothing rests. */
export const RESTING_MS = 60_000;
const ASK_MS = 1_000;
/** While nothing rests. */
const LOOK_MS = 3_000;
const CANCEL_AGAIN_MS = 2_000;
/** Where nobody knows whether anything rests. */
const CANCEL_BLINDLY_MS = 10_000;
/** How long the records may take to follow the venue. */
const AGREE_MS = 10_000;
const SHOWN_ROWS = 10;
const KEPT_IDS = 1_000;

/** What a halt does at the venue of its target: undefined where none is named, or orders may go on. */
export function venueOfHalt(live: LiveHalt, parts: HaltVenueParts): VenueOfHalt | undefined {
  const { target, hostOf, clock } = parts;
  const settings = target.hosts.find(({ name }) => name === target.venue?.host);
  if (target.venue === undefined || settings === undefined || live.halt.kind === 'previous_model') {
    // What an earlier process saw of one that the targets file names no more proves nothing.
    if (live.halt.venue !== undefined) live.show({ ...live.halt, venue: undefined });
    return undefined;
  }
  const venue = createVenue(target.venue, () => hostOf(settings), clock);
  const isOfAll = turnsOff(live.halt.kind);
  return new VenueOfHalt(live, isOfAll ? venue : entriesAtVenue(venue, target, parts.trading), parts);
}

/**
 * Cancels what rests, again for as long as anything does, and asks whether nothing rests. Never rejects: what goes wrong
 * is part of the halt.
 */
export class VenueOfHalt {
  readonly #live: LiveHalt;
  readonly #venue: Venue;
  readonly #o: HaltVenueParts;
  /** Ids that the venue has named since the halt: what the records call open of these it knows better. */
  readonly #named = new Set<string>();
  /** By the monotonic clock. */
  #begunAt: number;
  #cancelledAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isCancelling = false;
  #asking: Promise<void> | undefined;

  constructor(live: LiveHalt, venue: Venue, parts: HaltVenueParts) {
    this.#live = live;
    this.#venue = venue;
    this.#o = parts;
    this.#begunAt = parts.clock.monotonic();
    // Of a process that was killed after it had cancelled.
    for (const id of live.halt.venue?.named ?? []) this.#named.add(id);
    if (live.halt.venue === undefined)
      live.show({
        ...live.halt,
        venue: newHaltVenue(parts.target.venue?.host ?? '', venue.cancelOrders !== undefined),
      });
  }

  /** @param allWritten the first attempts to write the flag have ended: nothing is cancelled before */
  async run(allWritten: Promise<unknown>): Promise<void> {
    const { clock } = this.#o;
    const { acting } = this.#live.signals;
    await withTimeout(clock, FLAGS_MS, allWritten);
    await this.#untilRestarting();
    this.#begunAt = clock.monotonic();
    void this.#rememberNamed();
    while (!acting.aborted) {
      this.#cancelWhatRests();
      await this.#ask();
      const wait = this.#state.open?.total === 0 && this.#state.openFault === null ? LOOK_MS : ASK_MS;
      await clock.sleep(wait, acting).catch(() => undefined);
    }
  }

  /** Waited for by nobody: without it, the worst is an order that somebody must look at. */
  async #rememberNamed(): Promise<void> {
    const before = await this.#o.namedBefore().catch(() => []);
    for (const id of before) this.#named.add(id);
  }

  /** Until when it is asked, by the monotonic clock. */
  get until(): number {
    return this.#begunAt + RESTING_MS;
  }

  /** Whether nothing rested at a question that was asked since then. */
  async isEmptySince(moment: number): Promise<boolean> {
    if (this.#askedAt < moment) await this.#ask();
    return this.#askedAt >= moment && this.#state.openFault === null && this.#state.open?.total === 0;
  }

  /** No answer since then counts. */
  missed(moment: number): void {
    if (this.#askedAt >= moment || this.#state.openFault !== null) return;
    this.#change({ openFault: { code: 'timeout', detail: '' } });
  }

  /** @returns what of these the venue has not named. */
  compare(recorded: readonly RecordedOrder[]): readonly RecordedOrder[] {
    const alone = recorded.filter(({ id }) => id === null || !this.#named.has(id));
    this.#change({
      recordedAlone: { total: alone.length, rows: alone.slice(0, SHOWN_ROWS).map(shown) },
    });
    return alone;
  }

  /** What is held, beside what the records say: they have some seconds to follow. */
  async comparePositions(): Promise<void> {
    const { trading, target, clock } = this.#o;
    const { positions } = this.#venue;
    if (positions === undefined || trading === undefined) return;
    const until = clock.monotonic() + AGREE_MS;
    const { acting } = this.#live.signals;
    let apart: HaltVenue['positionsApart'];
    do {
      const [held, recorded] = await Promise.all([
        positions(acting).catch(venueFault),
        trading.positions(target).catch(() => undefined),
      ]);
      if ('code' in held) return this.#change({ positionsFault: held });
      // That the records do not answer is a gap of its own.
      const differ = recorded === undefined ? [] : positionsApart(held, recorded);
      apart = { total: differ.length, rows: differ.slice(0, SHOWN_ROWS).map(shown) };
      const rows = held.slice(0, SHOWN_ROWS).map(shown);
      this.#change({ positions: { total: held.length, rows }, positionsApart: apart });
      if (apart.total > 0) await clock.sleep(ASK_MS, acting).catch(() => undefined);
    } while (apart.total > 0 && clock.monotonic() < until && !acting.aborted);
  }

  get #state(): HaltVenue {
    return this.#live.halt.venue ?? newHaltVenue('', false);
  }

  #change(part: Partial<HaltVenue>): void {
    if (this.#live.signals.acting.aborted) return;
    const next = { ...this.#state, ...part };
    if (JSON.stringify(next) !== JSON.stringify(this.#state)) this.#live.change({ venue: next });
  }

  async #untilRestarting(): Promise<void> {
    const { clock } = this.#o;
    const live = this.#live;
    const isUnderWay = () =>
      live.halt.hosts.every(
        (host) => host.restart !== 'pending' || host.stop !== 'none' || isOff(host, live.halt.kind),
      );
    const until = clock.monotonic() + RESTARTS_MS;
    while (!isUnderWay() && clock.monotonic() < until && !live.signals.acting.aborted)
      await clock.sleep(20, live.signals.acting).catch(() => undefined);
  }

  /** At first without having asked; then where something rests, or nobody knows. */
  #cancelWhatRests(): void {
    const { cancelOrders } = this.#venue;
    const { open, openFault } = this.#state;
    const rests = (open?.total ?? 0) > 0;
    if (cancelOrders === undefined || this.#isCancelling) return;
    const isFirst = this.#cancelledAt === Number.NEGATIVE_INFINITY;
    const everyMs = rests ? CANCEL_AGAIN_MS : CANCEL_BLINDLY_MS;
    const isNeeded = isFirst || rests || open === null || openFault !== null;
    if (isNeeded && this.#o.clock.monotonic() >= this.#cancelledAt + everyMs) void this.#cancel(cancelOrders);
  }

  async #cancel(cancelOrders: NonNullable<Venue['cancelOrders']>): Promise<void> {
    this.#isCancelling = true;
    if (this.#state.cancel !== 'failed') this.#change({ cancel: 'issued', cancelAt: this.#now() });
    try {
      const ids = await cancelOrders(this.#live.signals.acting);
      for (const id of ids) this.#named.add(id);
      this.#change({ cancel: 'done', cancelAt: this.#now(), cancelFault: null, ...this.#kept() });
    } catch (error) {
      this.#change({ cancel: 'failed', cancelAt: this.#now(), cancelFault: venueFault(error) });
    } finally {
      this.#cancelledAt = this.#o.clock.monotonic();
      this.#isCancelling = false;
    }
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askOnce(): Promise<void> {
    const asked = this.#o.clock.monotonic();
    const askedAt = this.#now();
    try {
      const orders = await this.#venue.openOrders(this.#live.signals.acting);
      for (const { id } of orders) this.#named.add(id);
      this.#askedAt = asked;
      const rows = orders.slice(0, SHOWN_ROWS).map(shown);
      this.#change({ askedAt, open: { total: orders.length, rows }, openFault: null, ...this.#kept() });
    } catch (error) {
      this.#change({ openFault: venueFault(error) });
    }
  }

  /** The newest, as they may be stored: an id that is changed by that proves nothing any more. */
  #kept(): Pick<HaltVenue, 'named'> {
    const named = [...this.#named].filter((id) => shownText(id) === id).slice(-KEPT_IDS);
    return named.length === 0 ? {} : { named };
  }

  #now(): string {
    return new Date(this.#o.clock.now()).toISOString();
  }
}

/** As it may be shown and stored. */
const shown = <Row extends { readonly market: string; readonly side: string }>(row: Row): Row => {
  const id = 'id' in row && typeof row.id === 'string' ? { id: shownText(row.id) } : {};
  return { ...row, ...id, market: shownText(row.market), side: shownText(row.side) };
};
