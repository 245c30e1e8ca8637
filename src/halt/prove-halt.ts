import { evaluateHalt, type Halt, isSettled } from '../domain/halt.js';
import type { Outcome } from '../domain/outcome.js';
import type { Target } from '../runbook/targets.js';
import type { Clock } from '../time/clock.js';
import type { LiveHalt } from './live-halt.js';
import { type TradingLook, tradingFaultCode } from './trading-look.js';

export interface HaltProofOptions {
  /** undefined: TRADING_DATABASE_URL is not set. */
  readonly trading: TradingLook | undefined;
  /** Section 4 again; undefined where it cannot be run. */
  readonly verify?: ((halt: Halt) => Promise<Halt['verification']>) | undefined;
  /** Whether the new processes were seen loading the model; undefined where nobody can look. */
  readonly proveStart?: ((halt: Halt) => Promise<Outcome | undefined>) | undefined;
  readonly clock: Clock;
}

/** A host that does not answer is tried again for at least this long. */
const TRY_AGAIN_FOR_MS = 30_000;
/** Clocks of the hosts and of the database may differ by that much: entries that old still count as before the halt. */
const CLOCK_MARGIN_SECS = 2;
const POLL_MS = 50;
const ENTRY_POLL_MS = 1_000;
/** After the observation: how long a trading database that does not answer is asked again. */
const LAST_ANSWER_MS = 10_000;

/** Looks until a halt is proved, or known not to be. What it sees is part of the halt. */
export class HaltProof {
  readonly #live: LiveHalt;
  readonly #target: Target;
  readonly #o: HaltProofOptions;

  constructor(live: LiveHalt, target: Target, options: HaltProofOptions) {
    this.#live = live;
    this.#target = target;
    this.#o = options;
  }

  /** Until the observation time has passed with every host off, an entry was seen, or the hosts were tried for long. */
  async watch(): Promise<void> {
    const { clock } = this.#o;
    const { acting } = this.#live.signals;
    const observationMs = this.#target.watch.haltObservationSecs * 1_000;
    const deadline = clock.now() + Math.max(TRY_AGAIN_FOR_MS, observationMs);
    while (!acting.aborted) {
      const from = this.#settledSince();
      if (from === undefined) {
        this.#resetWatch();
        if (clock.now() > deadline) return this.#giveUpWatch();
      } else if (await this.#isObserved(from, observationMs)) return;
      await clock.sleep(from === undefined ? POLL_MS : ENTRY_POLL_MS, acting).catch(() => undefined);
    }
  }

  /** A process that shows the wanted variables may still have refused the model. */
  async start(): Promise<void> {
    const { proveStart } = this.#o;
    const { halt } = this.#live;
    const isNext = this.#isPreviousModel && evaluateHalt(halt) === 'verified';
    if (proveStart === undefined || !isNext) return;
    this.#live.change({ start: await proveStart(halt).catch(() => 'ERROR' as const) });
  }

  /** Everything that is worth knowing and that nobody waits for. */
  async afterwards(): Promise<void> {
    const { trading, verify } = this.#o;
    if (this.#isPreviousModel) return;
    const asked = trading?.openEntries(this.#target.accountId).then(
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

  /** When the last host was seen off, in milliseconds; undefined: not all of them are. */
  #settledSince(): number | undefined {
    const { hosts, kind } = this.#live.halt;
    if (!hosts.every((host) => isSettled(host, kind))) return undefined;
    return Math.max(...hosts.map(({ processAt }) => Date.parse(processAt ?? '')));
  }

  async #isObserved(from: number, observationMs: number): Promise<boolean> {
    const until = from + this.#watchedMs(observationMs);
    const span = { from: new Date(from).toISOString(), until: new Date(until).toISOString() };
    const isWatched = !this.#isPreviousModel;
    if (this.#live.halt.entryWatch.from !== span.from) {
      this.#watchIs({ ...span, state: isWatched ? 'watching' : 'not_watched', code: null });
    }
    if (isWatched) await this.#askEntries(from);
    const { state, askedAt } = this.#live.halt.entryWatch;
    if (state === 'entries') return true;
    const now = this.#o.clock.now();
    if (now < until) return false;
    if (!isWatched) return true;
    if (Date.parse(askedAt ?? '') >= until) {
      this.#watchIs({ state: 'clear', code: null });
      return true;
    }
    if (this.#o.trading !== undefined && now < until + LAST_ANSWER_MS) return false;
    this.#watchIs({ state: 'unknown' });
    return true;
  }

  /** A process that is younger than RestartSec may be one turn of a restart loop. */
  #watchedMs(observationMs: number): number {
    const settle = Math.max(...this.#target.hosts.map(({ service }) => service.restartSecs * 1_000));
    const margin = CLOCK_MARGIN_SECS * 1_000;
    return this.#isPreviousModel ? settle + 500 : Math.max(observationMs, settle, margin);
  }

  async #askEntries(from: number): Promise<void> {
    const { trading, clock } = this.#o;
    if (trading === undefined) return this.#watchIs({ code: 'not_configured' });
    const asked = clock.now();
    const seconds = (asked - from) / 1_000 - CLOCK_MARGIN_SECS;
    if (seconds <= 0) return;
    try {
      const entries = await trading.entriesSince(this.#target.accountId, seconds);
      const at = { askedAt: new Date(asked).toISOString(), entries, code: null };
      this.#watchIs(entries > 0 ? { ...at, state: 'entries' } : at);
    } catch (error) {
      this.#watchIs({ code: tradingFaultCode(error) });
    }
  }

  #resetWatch(): void {
    if (this.#live.halt.entryWatch.from === null) return;
    this.#watchIs({ state: 'waiting', from: null, until: null, askedAt: null, entries: 0, code: null });
  }

  #giveUpWatch(): void {
    if (this.#isPreviousModel) this.#watchIs({ state: 'not_watched' });
  }

  #watchIs(part: Partial<Halt['entryWatch']>): void {
    this.#live.change({ entryWatch: { ...this.#live.halt.entryWatch, ...part } });
  }
}
