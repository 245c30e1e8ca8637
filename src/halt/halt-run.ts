import { evaluateHalt, type Halt, type HostHalt, isSettled, wantedOn } from '../domain/halt.js';
import type { Outcome } from '../domain/outcome.js';
import type { Wanted } from '../hosts/environment/wanted.js';
import type { EnvironmentWritten } from '../hosts/environment/write-wanted.js';
import type { Host } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import type { Target } from '../runbook/targets.js';
import type { Clock } from '../time/clock.js';
import { haltHost } from './halt-host.js';
import { type TradingLook, tradingFaultCode } from './trading-look.js';

export interface HaltRunOptions {
  readonly target: Target;
  readonly hostOf: (settings: TargetHost) => Host;
  /** undefined: TRADING_DATABASE_URL is not set. */
  readonly trading: TradingLook | undefined;
  readonly clock: Clock;
  /** Resolves when the halt itself is safe from a crash of this process: nothing is acted on before. Never rejects. */
  readonly noted?: Promise<void>;
  /** Puts the wanted values in force on a host; what stands there is noted first, where nobody has done so yet. */
  readonly write: (
    host: Host,
    settings: TargetHost,
    wanted: Wanted,
    options: { timeoutMs: number; isFirstTry: boolean },
  ) => Promise<EnvironmentWritten>;
  /** Told once, when the first attempt to write the files has ended on every host. */
  readonly onFirstWrites?: () => void;
  /** Another replica may be doing it already; must answer at once. */
  readonly mayRestart?: () => Promise<boolean>;
  /** Section 4 again; undefined where it cannot be run. */
  readonly verify?: (halt: Halt) => Promise<Halt['verification']>;
  /** Whether the new processes were seen loading the model; undefined where nobody can look. */
  readonly proveStart?: (halt: Halt) => Promise<Outcome | undefined>;
  /** Told at each change. */
  readonly onChange: (halt: Halt) => void;
  /** Ends it without an end: another replica has it. */
  readonly signal: AbortSignal;
}

/** A host that does not answer is tried again for at least this long. */
const MIN_TIMEOUT_MS = 30_000;
/** Clocks of the hosts and of the database may differ by that much: entries that old still count as before the halt. */
const CLOCK_MARGIN_SECS = 2;
const ENTRY_POLL_MS = 1_000;
/** After the observation: how long a trading database that does not answer is asked again. */
const LAST_ANSWER_TIMEOUT_MS = 10_000;

interface Countdown {
  /** Called once by each of those that are waited for. */
  readonly arrive: () => void;
  readonly reached: Promise<void>;
}

function countdown(of: number): Countdown {
  let missing = of;
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const arrive = () => {
    missing -= 1;
    if (missing === 0) reach();
  };
  return { arrive, reached };
}

/** Halts all hosts at once and looks until it is proved, or known not to be. Resolves with the ended halt. */
export async function runHalt(initial: Halt, options: HaltRunOptions): Promise<Halt> {
  return new HaltRun(initial, options).run();
}

class HaltRun {
  readonly #o: HaltRunOptions;
  #halt: Halt;
  readonly #ended = new AbortController();

  constructor(initial: Halt, options: HaltRunOptions) {
    this.#halt = initial;
    this.#o = options;
  }

  async run(): Promise<Halt> {
    const { target, signal } = this.#o;
    const stop = () => this.#ended.abort();
    signal.addEventListener('abort', stop, { once: true });
    const written = countdown(target.hosts.length);
    void written.reached.then(this.#o.onFirstWrites);
    for (const settings of target.hosts) void this.#haltHost(settings, written);
    await this.#watch();
    await this.#proveStart();
    this.#ended.abort();
    signal.removeEventListener('abort', stop);
    if (signal.aborted) return this.#halt;
    const state = evaluateHalt(this.#halt);
    this.#change({ state, endedAt: this.#iso() });
    await this.#afterwards();
    return this.#halt;
  }

  #haltHost(settings: TargetHost, written: Countdown): Promise<void> {
    const { hostOf, write, clock, mayRestart, noted } = this.#o;
    const { kind } = this.#halt;
    const initial = this.#halt.hosts.find(({ host }) => host === settings.name);
    if (initial === undefined) {
      written.arrive();
      return Promise.resolve();
    }
    const host = hostOf(settings);
    const wanted = new Map(Object.entries(wantedOn(this.#halt, settings.name)));
    return haltHost({
      host,
      settings,
      wanted,
      write: (options) => write(host, settings, wanted, options),
      policy: {
        restartSecMs: settings.service.restartSecs * 1_000,
        stop: kind === 'stop' ? 'asked' : kind === 'disable' ? 'allowed' : 'never',
      },
      clock,
      initial,
      onChange: (host) => this.#onHost(host),
      onFirstWrite: written.arrive,
      allWritten: written.reached,
      ...(noted === undefined ? {} : { noted }),
      ...(mayRestart === undefined ? {} : { mayRestart }),
      signal: this.#ended.signal,
    });
  }

  #onHost(changed: HostHalt): void {
    if (this.#halt.endedAt !== null) return;
    const hosts = this.#halt.hosts.map((host) => (host.host === changed.host ? changed : host));
    this.#change({ hosts });
  }

  /** Until the observation time has passed with every host off, an entry was seen, or patience is at its end. */
  async #watch(): Promise<void> {
    const { clock, target } = this.#o;
    const observationMs = target.watch.haltObservationSecs * 1_000;
    const patience = clock.now() + Math.max(MIN_TIMEOUT_MS, observationMs);
    while (!this.#ended.signal.aborted) {
      const from = this.#settledSince();
      if (from === undefined) {
        this.#resetWatch();
        if (clock.now() > patience) return this.#giveUpWatch();
      } else if (await this.#isObserved(from, observationMs)) return;
      await clock.sleep(from === undefined ? 50 : ENTRY_POLL_MS, this.#ended.signal).catch(() => undefined);
    }
  }

  /** When the last host was seen off, in milliseconds; undefined: not all of them are. */
  #settledSince(): number | undefined {
    const { hosts } = this.#halt;
    if (!hosts.every((host) => isSettled(host, this.#halt.kind))) return undefined;
    return Math.max(...hosts.map(({ processAt }) => Date.parse(processAt ?? '')));
  }

  async #isObserved(from: number, observationMs: number): Promise<boolean> {
    const until = from + this.#watchedMs(observationMs);
    const isKnown = this.#halt.entryWatch.from === new Date(from).toISOString();
    const span = { from: new Date(from).toISOString(), until: new Date(until).toISOString() };
    const isWatched = this.#halt.kind !== 'previous_model';
    if (!isKnown) this.#watchIs({ ...span, state: isWatched ? 'watching' : 'not_watched', code: null });
    if (isWatched) await this.#askEntries(from);
    if (this.#halt.entryWatch.state === 'entries') return true;
    const now = this.#o.clock.now();
    if (now < until) return false;
    if (!isWatched) return true;
    const askedAt = Date.parse(this.#halt.entryWatch.askedAt ?? '');
    if (askedAt >= until) {
      this.#watchIs({ state: 'clear', code: null });
      return true;
    }
    if (this.#o.trading !== undefined && now < until + LAST_ANSWER_TIMEOUT_MS) return false;
    this.#watchIs({ state: 'unknown' });
    return true;
  }

  /** A process that is younger than RestartSec may be one turn of a restart loop. */
  #watchedMs(observationMs: number): number {
    const settle = Math.max(...this.#o.target.hosts.map(({ service }) => service.restartSecs * 1_000));
    const margin = CLOCK_MARGIN_SECS * 1_000;
    return this.#halt.kind === 'previous_model' ? settle + 500 : Math.max(observationMs, settle, margin);
  }

  async #askEntries(from: number): Promise<void> {
    const { trading, clock, target } = this.#o;
    if (trading === undefined) return this.#watchIs({ code: 'not_configured' });
    const asked = clock.now();
    const seconds = (asked - from) / 1_000 - CLOCK_MARGIN_SECS;
    if (seconds <= 0) return;
    try {
      const entries = await trading.entriesSince(target.accountId, seconds);
      const at = { askedAt: new Date(asked).toISOString(), entries, code: null };
      this.#watchIs(entries > 0 ? { ...at, state: 'entries' } : at);
    } catch (error) {
      this.#watchIs({ code: tradingFaultCode(error) });
    }
  }

  #resetWatch(): void {
    if (this.#halt.entryWatch.from === null) return;
    this.#watchIs({ state: 'waiting', from: null, until: null, askedAt: null, entries: 0, code: null });
  }

  #giveUpWatch(): void {
    if (this.#halt.kind === 'previous_model') this.#watchIs({ state: 'not_watched' });
  }

  /** A process that shows the wanted variables may still have refused the model. */
  async #proveStart(): Promise<void> {
    const { proveStart } = this.#o;
    const isNext = this.#halt.kind === 'previous_model' && evaluateHalt(this.#halt) === 'verified';
    if (proveStart === undefined || !isNext) return;
    this.#change({ start: await proveStart(this.#halt).catch(() => 'ERROR' as const) });
  }

  /** Everything that is worth knowing and that nobody waits for. */
  async #afterwards(): Promise<void> {
    const { trading, target, verify } = this.#o;
    if (this.#halt.kind === 'previous_model') return;
    const asked = trading?.openEntries(target.accountId).then(
      (openEntries) => ({ openEntries }),
      (error: unknown) => ({ openEntries: null, openEntriesFault: tradingFaultCode(error) }),
    );
    const [entries, verification] = await Promise.all([
      asked ?? { openEntries: null, openEntriesFault: 'not_configured' },
      verify?.(this.#halt).catch(() => null) ?? null,
    ]);
    this.#change({ ...entries, verification });
  }

  #watchIs(change: Partial<Halt['entryWatch']>): void {
    this.#change({ entryWatch: { ...this.#halt.entryWatch, ...change } });
  }

  #change(change: Partial<Halt>): void {
    this.#halt = { ...this.#halt, ...change };
    this.#o.onChange(this.#halt);
  }

  #iso(): string {
    return new Date(this.#o.clock.now()).toISOString();
  }
}
