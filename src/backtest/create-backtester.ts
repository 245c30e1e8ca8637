import { readFile } from 'node:fs/promises';
import { sep } from 'node:path';
import { configured } from '../checks/context/read-moment.js';
import type { ContextOptions } from '../checks/create-contexts.js';
import { createContexts } from '../checks/create-contexts.js';
import { PROBE_KINDS } from '../checks/probe-kinds.js';
import { UserError } from '../conversation/errors.js';
import type { BacktestFigures, BacktestProgress, BacktestWish } from '../domain/backtest.js';
import type { ReplayedMoment } from '../domain/backtest-tally.js';
import type { PassedWindow } from '../domain/run-window.js';
import { unifiedDiff } from '../domain/unified-diff.js';
import { parseRunbook } from '../runbook/load-runbook.js';
import type { Runbook } from '../runbook/runbook.js';
import { hashOfRunbookFile } from '../runbook/sql-files.js';
import type { Target } from '../runbook/targets.js';
import { changeParameters } from './change-parameters.js';
import type { StoredRuns } from './compare-stored.js';
import { replay } from './replay.js';

export interface BacktestRun {
  readonly onProgress?: ((progress: BacktestProgress) => void) | undefined;
  /** Told of each moment, oldest first. */
  readonly onMoment?: ((moment: ReplayedMoment) => void) | undefined;
  readonly signal: AbortSignal;
}

export interface Backtester {
  /** @throws ProbeError, DatabaseFaultError without a trading database that answers; UserError; ConfigurationError */
  run(target: Target, wish: BacktestWish, options: BacktestRun): Promise<BacktestFigures>;
}

export interface BacktesterOptions extends ContextOptions {
  readonly storedRuns?: (target: string) => StoredRuns;
  /** Of every passed run since then, newest first. */
  readonly allPassedWindows?: (target: string, since: Date) => Promise<readonly PassedWindow[]>;
  readonly monotonicMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly yieldToOthers?: () => Promise<void>;
  readonly onProbeError: (checkId: string, error: unknown) => void;
}

export function createBacktester(options: BacktesterOptions): Backtester {
  const { runbook, storedRuns, allPassedWindows, yieldToOthers = async () => {} } = options;
  const contextFor = createContexts(options);
  return {
    async run(target, wish, run) {
      const context = contextFor(target);
      configured(context.trading);
      const changed =
        Object.keys(wish.set).length === 0 ? undefined : await withParameters(runbook, wish.set);
      return replay({
        wish,
        runbook,
        changed,
        context,
        storedRuns: storedRuns?.(target.name),
        passedWindows: async (since) => allPassedWindows?.(target.name, since) ?? [],
        monotonicMs: options.monotonicMs,
        sleep: options.pause,
        yieldToOthers,
        onProbeError: options.onProbeError,
        ...run,
      });
    },
  };
}

/** Exactly what its proposal makes of the file. @throws UserError `runbook_changed_since`, ConfigurationError */
async function withParameters(runbook: Runbook, set: BacktestWish['set']): Promise<Runbook> {
  const { file } = runbook;
  if ((await hashOfRunbookFile(file)) !== runbook.sha256)
    throw new UserError('runbook_changed_since', { file });
  const text = changeParameters(await readFile(file, 'utf8'), set);
  return parseRunbook(file, Buffer.from(text), PROBE_KINDS);
}

/** The changed lines of the runbook file as it stands, as a patch; '' where it says so already. */
export async function proposeParameters(file: string, set: BacktestWish['set']): Promise<string> {
  const text = await readFile(file, 'utf8');
  return unifiedDiff(text, changeParameters(text, set), nameInPatch(file));
}

/** As a repository has it, and nothing of where it lies on this machine. */
function nameInPatch(file: string): string {
  const parts = file.split(sep);
  const root = parts.lastIndexOf('runbooks');
  return (root === -1 ? parts.slice(-1) : parts.slice(root)).join('/');
}
