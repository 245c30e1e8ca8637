import type { ModelMeta } from '../model-meta.js';
import { logLoss } from './logistic-regression.js';

export interface Prediction {
  readonly probability: number;
  readonly wentUp: boolean;
}

/** What a model is worth on samples that it has not seen. */
export function measure(predictions: readonly Prediction[]): ModelMeta['metrics'] {
  const mean = (value: (prediction: Prediction) => number) =>
    predictions.reduce((sum, prediction) => sum + value(prediction), 0) / predictions.length;
  const rounded = (value: number) => Number(value.toFixed(4));
  return {
    'acc_at_0.5': rounded(mean(({ probability, wentUp }) => (probability >= 0.5 === wentUp ? 1 : 0))),
    brier: rounded(mean(({ probability, wentUp }) => (probability - (wentUp ? 1 : 0)) ** 2)),
    log_loss: rounded(mean(({ probability, wentUp }) => logLoss(probability, wentUp ? 1 : 0))),
    auc: rounded(areaUnderCurve(predictions)),
  };
}

/** By ranks (Mann–Whitney); equal probabilities share theirs. 0.5 where only one kind of market is there. */
export function areaUnderCurve(predictions: readonly Prediction[]): number {
  const ordered = predictions.toSorted((a, b) => a.probability - b.probability);
  let rankSum = 0;
  for (let from = 0; from < ordered.length; ) {
    let to = from;
    while (to < ordered.length && ordered[to]?.probability === ordered[from]?.probability) to += 1;
    const rank = (from + 1 + to) / 2;
    rankSum += rank * ordered.slice(from, to).filter(({ wentUp }) => wentUp).length;
    from = to;
  }
  const ups = ordered.filter(({ wentUp }) => wentUp).length;
  const downs = ordered.length - ups;
  return ups === 0 || downs === 0 ? 0.5 : (rankSum - (ups * (ups + 1)) / 2) / (ups * downs);
}
