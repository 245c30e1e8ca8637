import type { BacktestWish } from '../domain/backtest.js';
import { type Backtester, proposeParameters } from './create-backtester.js';

export interface Backtests extends Backtester {
  /** The runbook's changed lines as a patch; '' where it says so already. */
  propose(set: BacktestWish['set']): Promise<string>;
}

export const createBacktests = (backtester: Backtester, runbookFile: string): Backtests => ({
  ...backtester,
  propose: (set) => proposeParameters(runbookFile, set),
});
