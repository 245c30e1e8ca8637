import type { CheckRun } from '../domain/check-run.js';

/** Of the reports of one kind on one target the newest alone is no history. */
export const reportSeries = ({ kind, strategy, target }: Pick<CheckRun, 'kind' | 'strategy' | 'target'>) =>
  `${kind} ${strategy} ${target}`;
