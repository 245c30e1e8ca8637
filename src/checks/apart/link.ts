import type { BacktestAnswer, BacktestProgress, BacktestWish } from '../../domain/backtest.js';
import type { CheckResult, CheckRun } from '../../domain/check-run.js';
import type { DrillFacts } from '../../domain/drill.js';
import type { ConfirmedHost, ReleasedFile } from '../../domain/known-good.js';
import type { LogPage } from '../../domain/log-page.js';
import type { PassedWindow } from '../../domain/run-window.js';
import type { ServerMoment } from '../../store/server-moment.js';
import type { ExamineRequest, RunRequest } from '../run-request.js';

/** The part of a run's request that is data; progress and cancelling are messages of their own. */
export type SentRun = Omit<RunRequest, 'onProgress' | 'signal'>;

/** Some checks by themselves: those of the runbook with these ids. */
export type SentExamination = Omit<ExamineRequest, 'checks' | 'signal'> & {
  readonly checks: readonly string[];
};

/** What the bot asks of its process for checks. Every value is a structured clone. */
export interface ChecksProcess {
  /** @param id of the bot's choice; its results and its cancelling name it. */
  run(id: number, request: SentRun): Promise<CheckRun>;
  examine(id: number, request: SentExamination): Promise<readonly CheckResult[]>;
  /** Ends early, with what it has, where it is cancelled. */
  backtest(id: number, wish: BacktestWish): Promise<BacktestAnswer>;
  /** @param text without the bot's secrets */
  logPage(text: string, page: number | undefined): Promise<LogPage>;
  cancel(id: number): void;
  /** Starts nothing on hosts until that is settled, and not for long. */
  haltBegins(): void;
  haltSettled(): void;
}

/** What that process tells and asks the bot. */
export interface ChecksBot {
  observed(id: number, result: CheckResult): void;
  backtested(id: number, progress: BacktestProgress): void;
  /** Of all passed runs since then, newest first. */
  allPassedWindows(target: string, since: Date): Promise<readonly PassedWindow[]>;
  /** What a back-test compares with, see `StoredRuns`. */
  countStoredRuns(target: string, from: Date, to: Date): Promise<number>;
  storedRunIds(target: string, from: Date, to: Date, limit: number): Promise<readonly string[]>;
  storedRun(runId: string): Promise<CheckRun | undefined>;
  /** The clock of the bot's own database. */
  stateMoment(): Promise<ServerMoment>;
  releasedFiles(target: string): Promise<readonly ReleasedFile[]>;
  passedWindows(target: string, since: Date): Promise<readonly PassedWindow[]>;
  lastConfirmed(target: string): Promise<readonly ConfirmedHost[]>;
  drillFacts(target: string): Promise<DrillFacts>;
}

/** SHA-256 of the files that it works by, in hex. */
export interface LoadedFiles {
  readonly runbook: string;
  readonly targets: string;
}
