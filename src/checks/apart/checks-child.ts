import type { BacktestAnswer, BacktestProgress, BacktestWish } from '../../domain/backtest.js';
import type { CheckResult, CheckRun } from '../../domain/check-run.js';
import type { LogPage } from '../../domain/log-page.js';
import { ChildProgram, type LiveProgram, ProgramEnded, tell } from '../../machine/child-program.js';
import { programPath } from '../../machine/package-root.js';
import type { Logger } from '../../telemetry/logger.js';
import { type Clock, withTimeout } from '../../time/clock.js';
import type { ChecksBot, ChecksProcess, LoadedFiles, SentExamination, SentRun } from './link.js';

/** What a back-test asks of the bot's own history. */
export type BacktestHistory = Pick<
  ChecksBot,
  'allPassedWindows' | 'countStoredRuns' | 'storedRunIds' | 'storedRun'
>;

const NO_HISTORY: BacktestHistory = {
  allPassedWindows: async () => [],
  countStoredRuns: async () => 0,
  storedRunIds: async () => [],
  storedRun: async () => undefined,
};

export interface ChecksChildOptions {
  /** Without it a back-test compares with no run of then. */
  readonly backtestHistory?: BacktestHistory;
  /** What it must work by: with any other it is not used. */
  readonly loaded: LoadedFiles;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The sockets of shared ssh connections. */
  readonly controlFolder: string;
  /** Whose checks it runs. */
  readonly strategy: string;
  readonly releasedFiles: ChecksBot['releasedFiles'];
  readonly passedWindows: ChecksBot['passedWindows'];
  readonly stateMoment: ChecksBot['stateMoment'];
  readonly lastConfirmed: ChecksBot['lastConfirmed'];
  readonly drillFacts: ChecksBot['drillFacts'];
  /** Longer than any run takes: one that is not done then hangs. */
  readonly runLimitMs: number;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Path of the program. */
  readonly program?: string;
}

type Apart<Answer> =
  | { readonly kind: 'done'; readonly answer: Answer }
  /** There is no process for checks on this machine now. */
  | { readonly kind: 'unavailable' }
  /** Two of them ended under it. */
  | { readonly kind: 'given_up' };

interface ApartOptions {
  readonly onResult?: (result: CheckResult) => void;
  readonly signal?: AbortSignal | undefined;
}

type Live = LiveProgram<ChecksProcess, ChecksBot>;
/** @param id names it among what that process works on */
type Ask<Answer> = (live: Live, id: number) => Promise<Answer>;

/** Where the processor is short, a click and the flag go first. */
const NICENESS = 10;
const PROGRAM = 'src/app/checks-process';
/** Somebody waits for it in front of a modal. */
const LOG_LIMIT_MS = 20_000;

/**
 * Runs checks in a process of their own. What they cost (starting programs, judging, waiting for locks of the runtime)
 * then holds up no click, and what they do to their process (memory, a crash of native code) leaves the kill switch alone.
 */
export class ChecksChild {
  readonly #o: ChecksChildOptions;
  readonly #program: ChildProgram<ChecksProcess, ChecksBot, LoadedFiles>;
  readonly #listeners = new Map<number, (result: CheckResult) => void>();
  readonly #backtests = new Map<number, (progress: BacktestProgress) => void>();
  #lastId = 0;

  constructor(options: ChecksChildOptions) {
    this.#o = options;
    const {
      environment,
      controlFolder,
      strategy,
      releasedFiles,
      passedWindows,
      stateMoment,
      lastConfirmed,
      drillFacts,
      loaded,
      clock,
      logger,
      program = programPath(import.meta.url, PROGRAM),
    } = options;
    this.#program = new ChildProgram({
      program,
      arguments: [controlFolder, strategy],
      environment,
      niceness: NICENESS,
      functions: {
        observed: (id, result) => this.#listeners.get(id)?.(result),
        backtested: (id, progress) => this.#backtests.get(id)?.(progress),
        ...(options.backtestHistory ?? NO_HISTORY),
        releasedFiles,
        passedWindows,
        stateMoment,
        lastConfirmed,
        drillFacts,
      },
      events: ['cancel', 'haltBegins', 'haltSettled'],
      refuse: ({ runbook, targets }) =>
        runbook === loaded.runbook && targets === loaded.targets
          ? undefined
          : 'the files have changed since the bot started',
      onUnavailable: (because) =>
        logger.warn({ because }, 'checks run in the process of the bot: there is none for them'),
      clock,
    });
  }

  /** So that the first run need not wait for it. */
  warm(): void {
    void this.#program.opened();
  }

  /** Never rejects, like the next. */
  run(request: SentRun, options: ApartOptions): Promise<Apart<CheckRun>> {
    return this.#askTwice((live, id) => live.calls.run(id, request), options);
  }

  examine(request: SentExamination, options: ApartOptions): Promise<Apart<readonly CheckResult[]>> {
    return this.#askTwice((live, id) => live.calls.examine(id, request), options);
  }

  /** Once: what ends its process is not begun again by itself. Never rejects. */
  async backtest(
    wish: BacktestWish,
    { onProgress, signal }: { onProgress: (progress: BacktestProgress) => void; signal: AbortSignal },
  ): Promise<BacktestAnswer> {
    const live = await this.#program.opened();
    if (live === undefined) return { kind: 'fault', fault: { code: 'no_process' } };
    this.#lastId += 1;
    const id = this.#lastId;
    const cancel = () => tell(live.calls.cancel(id));
    this.#backtests.set(id, onProgress);
    try {
      const answer = live.calls.backtest(id, wish);
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
      return await answer;
    } catch (error) {
      this.#o.logger.error({ err: error }, 'the process for checks failed under a back-test');
      return { kind: 'fault', fault: { code: 'process_ended' } };
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#backtests.delete(id);
    }
  }

  /** @returns undefined where there is no such process, or it takes too long. Never rejects. */
  async logPage(log: string, page: number | undefined): Promise<LogPage | undefined> {
    const live = await this.#program.opened();
    const asked = live?.calls.logPage(log, page).catch(() => undefined);
    return asked && withTimeout(this.#o.clock, LOG_LIMIT_MS, asked);
  }

  async #askTwice<Answer>(ask: Ask<Answer>, options: ApartOptions): Promise<Apart<Answer>> {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const live = await this.#program.opened();
      if (live === undefined) return { kind: 'unavailable' };
      try {
        return { kind: 'done', answer: await this.#ask(live, ask, options) };
      } catch (error) {
        this.#o.logger.error({ err: error }, 'the process for checks failed under a run');
        if (!(error instanceof ProgramEnded) && live.isConnected()) break;
        // Its end may be noticed here first; the next attempt needs another one.
        live.kill();
        await live.exited;
      }
    }
    return { kind: 'given_up' };
  }

  /** It starts nothing on hosts until this resolves. */
  yieldUntil(until: Promise<void>): void {
    const live = this.#program.live;
    if (live === undefined) return;
    tell(live.calls.haltBegins());
    void until.finally(() => tell(live.calls.haltSettled()));
  }

  /** Resolves when it has ended. */
  close(): Promise<void> {
    return this.#program.close();
  }

  async #ask<Answer>(live: Live, ask: Ask<Answer>, { onResult, signal }: ApartOptions): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    const cancel = () => tell(live.calls.cancel(id));
    const late = setTimeout(live.kill, this.#o.runLimitMs);
    if (onResult !== undefined) this.#listeners.set(id, onResult);
    try {
      const answer = ask(live, id);
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted) cancel();
      return await answer;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', cancel);
      this.#listeners.delete(id);
    }
  }
}
