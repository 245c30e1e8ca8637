import { expect, test } from '@jest/globals';
import { nearestWord } from '../../src/domain/spelling.js';
import { unknownSubcommand } from '../../src/domain/unknown-subcommand.js';

const known = ['help', 'precheck', 'verify', 'gonogo', 'settle_only', 'ev_exit'];

test.each([
  ['precheck', 'precheck'],
  ['prechek', 'precheck'],
  [' VERIFI ', 'verify'],
  ['ev_exti', 'ev_exit'],
  ['pre', 'precheck'],
  ['go', 'gonogo'],
  ['g', undefined],
  ['something', undefined],
  ['', undefined],
])('%j → %s', (word, nearest) => {
  expect(nearestWord(word, known)).toBe(nearest);
  expect(unknownSubcommand([word], known)).toEqual({ name: word, nearest, command: nearest });
});

test.each([
  ['model_pth', 'MODEL_PATH'],
  ['MODEL_V', 'MODEL_VERSION'],
  ['btcusdt', 'BTCUSDT'],
])('%j → %s, as it is written', (word, nearest) => {
  expect(nearestWord(word, ['MODEL_PATH', 'MODEL_VERSION', 'BTCUSDT'])).toBe(nearest);
});

test('a beginning of two words is none of them', () => {
  expect(nearestWord('set', ['setting_one', 'setting_two'])).toBeUndefined();
});

test('where nothing is known nothing is near', () => {
  expect(nearestWord('help', [])).toBeUndefined();
});
