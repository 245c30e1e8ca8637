import { acknowledgement } from './acknowledgement.js';
import { backtest } from './backtest-bench.js';
import type { Figure } from './figure.js';
import { freshness } from './freshness.js';
import { history } from './history-bench.js';
import { manyRows } from './many-rows.js';
import { precheck } from './precheck.js';
import { rollbackFigure } from './rollback-bench.js';
import { verify } from './verify.js';
import { watch } from './watch-bench.js';

/** The registry: what `npm run bench` measures, in this order. */
export const FIGURES: readonly Figure[] = [
  freshness,
  precheck,
  verify,
  watch,
  backtest,
  manyRows,
  history,
  rollbackFigure,
  acknowledgement,
];
