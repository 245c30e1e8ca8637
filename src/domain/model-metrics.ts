export const METRIC_NAMES = ['accuracy', 'brier', 'logLoss', 'auc'] as const;

export type MetricName = (typeof METRIC_NAMES)[number];

/** Whether more of it is better. */
export const MORE_IS_BETTER: Readonly<Record<MetricName, boolean>> = {
  accuracy: true,
  brier: false,
  logLoss: false,
  auc: true,
};
