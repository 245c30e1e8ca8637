import { expect, test } from '@jest/globals';
import { encodeBadModel, encodeLogisticModel } from '../../../sandbox/host/model.js';
import { readOnnxModel } from '../../../sandbox/host/model-reading.js';

const model = { weights: [0.5, -0.25, 1, 0, 2, 0.1, 0.1, 0.3], bias: 0.1 };

test('a written model is small and reads back with its dimensions', () => {
  const bytes = encodeLogisticModel(model);
  expect(bytes.length).toBeLessThan(400);
  expect(readOnnxModel(bytes)).toEqual({ inputDim: 8, outputDim: 1 });
});

test.each(['empty', 'truncated', 'bit_flipped'] as const)('a model that is %s does not load', (kind) => {
  expect(() => readOnnxModel(encodeBadModel(kind, model))).toThrow();
});

test('no cut of a model loads', () => {
  const bytes = encodeLogisticModel(model);
  const loading = Array.from({ length: bytes.length }, (_, length) => length).filter((length) => {
    try {
      readOnnxModel(bytes.subarray(0, length));
      return true;
    } catch {
      return false;
    }
  });
  // What is left when only the last field, the operator set, is cut off is still a graph.
  expect(loading).toEqual(loading.filter((length) => length >= bytes.length - 6));
});

test.each([
  ['wrong_shape', 9],
  ['not_a_number', 8],
  ['constant', 8],
] as const)('a model that is %s loads with %i inputs', (kind, inputDim) => {
  expect(readOnnxModel(encodeBadModel(kind, model))).toEqual({ inputDim, outputDim: 1 });
});
