import type { LogisticModel } from '../model.js';
import type { Sample } from './dataset.js';

/** A step over all samples. */
export interface Epoch {
  readonly step: number;
  readonly of: number;
  /** Mean log loss before the step. */
  readonly loss: number;
  readonly model: LogisticModel;
}

export interface FitOptions {
  readonly epochs: number;
  readonly learningRate?: number;
  /** Weight of the squared weights in the loss: L2 regularisation against overfitting a small data set. */
  readonly penalty?: number;
}

/** Gradient descent on standardised inputs; each epoch gives the model for inputs as they are. */
export function* fitLogistic(samples: readonly Sample[], options: FitOptions): Generator<Epoch> {
  const { epochs, learningRate = 0.4, penalty = 0.02 } = options;
  const scales = scalesOf(samples);
  const rows = samples.map(({ inputs }) => inputs.map((value, index) => standard(value, scales[index])));
  let weights: readonly number[] = scales.map(() => 0);
  let bias = 0;
  for (let step = 1; step <= epochs; step += 1) {
    const gradient = scales.map(() => 0);
    let biasGradient = 0;
    let loss = 0;
    for (const [index, row] of rows.entries()) {
      const probability = sigmoid(dot(weights, row) + bias);
      const label = samples[index]?.wentUp ? 1 : 0;
      loss += logLoss(probability, label);
      const error = probability - label;
      biasGradient += error;
      for (const [column, value] of row.entries()) gradient[column] = (gradient[column] ?? 0) + error * value;
    }
    yield { step, of: epochs, loss: loss / rows.length, model: unscaled(weights, bias, scales) };
    weights = weights.map(
      (weight, column) => weight - learningRate * ((gradient[column] ?? 0) / rows.length + penalty * weight),
    );
    bias -= (learningRate * biasGradient) / rows.length;
  }
}

/** The probability that the market goes up. */
export const predict = ({ weights, bias }: LogisticModel, inputs: readonly number[]): number =>
  sigmoid(dot(weights, inputs) + bias);

interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

function scalesOf(samples: readonly Sample[]): readonly Scale[] {
  const width = samples[0]?.inputs.length ?? 0;
  return Array.from({ length: width }, (_, column) => {
    const values = samples.map(({ inputs }) => inputs[column] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
}

const standard = (value: number, scale: Scale | undefined): number =>
  scale === undefined ? 0 : (value - scale.mean) / scale.deviation;

function unscaled(weights: readonly number[], bias: number, scales: readonly Scale[]): LogisticModel {
  const plain = weights.map((weight, column) => weight / (scales[column]?.deviation ?? 1));
  const shift = plain.reduce((sum, weight, column) => sum + weight * (scales[column]?.mean ?? 0), 0);
  return { weights: plain, bias: bias - shift };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

const SMALLEST = 1e-12;
export const logLoss = (probability: number, label: 0 | 1): number =>
  -Math.log(Math.max(SMALLEST, label === 1 ? probability : 1 - probability));
