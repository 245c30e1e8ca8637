import { type Config, checksEnvironment } from '../../config/config.js';
import type { DrillFacts } from '../../domain/drill.js';
import type { ConfirmedHost, ReleasedFile } from '../../domain/known-good.js';
import { type LogPage, logPageOf } from '../../domain/log-page.js';
import type { HostRequirements } from '../../hosts/host-kind.js';
import { createHost } from '../../hosts/kinds/create-host.js';
import type { Platform } from '../../platform/platform.js';
import { longestCheckMs, type Runbook } from '../../runbook/runbook.js';
import type { Targets } from '../../runbook/targets.js';
import { readServerMoment } from '../../store/server-moment.js';
import { type CheckService, createCheckService } from '../check-service.js';
import { limitRuns } from '../limit-runs.js';
import { onThisSystem } from '../on-this-system.js';
import { createRunbookKeeper } from '../store/keep-runbook.js';
import type { RunStore } from '../store/run-store.js';
import type { StoreRun } from '../store-run.js';
import { type BacktestHistory, ChecksChild } from './checks-child.js';
import { runApart } from './run-apart.js';

interface ChecksParts extends Pick<Platform, 'clock' | 'logger' | 'trading' | 'database'> {
  readonly config: Config;
  readonly runbook: Runbook;
  readonly targets: Targets;
  readonly runs: RunStore;
  readonly hostNeeds: Required<Omit<HostRequirements, 'yieldToHalt'>>;
  readonly lastConfirmed: (subject: {
    readonly strategy: string;
    readonly target: string;
  }) => Promise<readonly ConfirmedHost[]>;
  readonly drillFacts: (subject: {
    readonly strategy: string;
    readonly target: string;
  }) => Promise<DrillFacts>;
  readonly releasedFiles: (subject: {
    readonly strategy: string;
    readonly target: string;
  }) => Promise<readonly ReleasedFile[]>;
  /** Waited for before anything is started on a host: a halt goes first. */
  readonly yieldToHalt: () => Promise<void>;
  readonly isApart: boolean;
  readonly backtestHistory: BacktestHistory;
}

export interface Checks {
  readonly checks: CheckService;
  /** Starts nothing on hosts until then, in the process for checks either. */
  yieldUntil(until: Promise<void>): void;
  /** undefined: there is no process for it. */
  readonly backtest: ChecksChild['backtest'] | undefined;
  /** Lays out a page of a log; where that cannot be done apart, of no more than its end. */
  layOutLog(log: string, page: number | undefined): Promise<LogPage>;
  close(): Promise<void>;
}

/** What of a log the bot itself lays out: some milliseconds. */
const LOG_END_CHARACTERS = 64 * 1024;
/** For all that a run does besides its slowest check, on a machine that is busy. */
const RUN_GRACE_MS = 60_000;

/** In whole lines: the first one may have lost what would show a secret. */
function endOf(log: string): string {
  const end = log.slice(-LOG_END_CHARACTERS);
  return end.length < log.length ? end.slice(end.indexOf('\n') + 1) : end;
}

/** The checks of a process: in a process of their own where there is a click to answer meanwhile. */
export function createChecks(parts: ChecksParts): Checks {
  const { config, runbook, targets, runs, trading, hostNeeds, yieldToHalt, clock, logger } = parts;
  const passedWindows = (target: string, since: Date) =>
    runs.passedWindows({ strategy: runbook.strategy, target, since, limit: 50 });
  const stateMoment = () => readServerMoment(parts.database);
  const lastConfirmed = (target: string) => parts.lastConfirmed({ strategy: runbook.strategy, target });
  const drillFacts = (target: string) => parts.drillFacts({ strategy: runbook.strategy, target });
  const releasedFiles = (target: string) => parts.releasedFiles({ strategy: runbook.strategy, target });
  const keepRunbook = createRunbookKeeper(parts.database, runbook, (error) =>
    logger.warn({ err: error }, 'the text of the runbook could not be kept'),
  );
  const storing: StoreRun = {
    saveRun: async (run) => {
      await runs.save(run);
      await keepRunbook();
    },
    onStoreError: (error) => logger.warn({ err: error }, 'a run could not be stored'),
  };
  const here = createCheckService({
    runbook,
    hostOf: (settings) => createHost(settings, { ...hostNeeds, yieldToHalt }),
    targets,
    trading,
    ...storing,
    ...onThisSystem(logger),
    releasedFiles,
    passedWindows,
    stateMoment,
    lastConfirmed,
    drillFacts,
  });
  if (!parts.isApart)
    return {
      checks: limitRuns(here),
      backtest: undefined,
      yieldUntil: () => {},
      layOutLog: async (log, page) => logPageOf(log, page),
      close: async () => {},
    };
  const child = new ChecksChild({
    backtestHistory: parts.backtestHistory,
    loaded: { runbook: runbook.sha256, targets: targets.sha256 },
    environment: checksEnvironment(config),
    controlFolder: hostNeeds.ssh.controlFolder,
    strategy: runbook.strategy,
    releasedFiles,
    passedWindows,
    stateMoment,
    lastConfirmed,
    drillFacts,
    runLimitMs: longestCheckMs(runbook) + RUN_GRACE_MS,
    clock,
    logger,
  });
  child.warm();
  return {
    checks: limitRuns(runApart(here, { runbook, child, yieldToHalt, ...storing })),
    backtest: (wish, options) => child.backtest(wish, options),
    yieldUntil: (until) => child.yieldUntil(until),
    layOutLog: async (log, page) => (await child.logPage(log, page)) ?? logPageOf(endOf(log)),
    close: () => child.close(),
  };
}
