import { describe, expect, test } from '@jest/globals';
import { ENVIRONMENT_PREFIX, readPloyConfig } from '../../../sandbox/host/ploy-config.js';

function reading(variables: Record<string, string>) {
  return readPloyConfig(
    Object.fromEntries(Object.entries(variables).map(([name, value]) => [ENVIRONMENT_PREFIX + name, value])),
  );
}

test('an empty environment gives the defaults', () => {
  expect(readPloyConfig({}).config).toEqual({
    enabled: false,
    modelType: 'onnx',
    modelPath: undefined,
    modelVersion: undefined,
    exitMode: 'ev_exit',
    entrySidePolicy: 'lagging_only',
    entryEarlyWindowSecs5m: 120,
    windowFallbackWeight: 0.1,
    evExitBuffer: 0.005,
  });
});

describe('booleans', () => {
  test.each(['1', 'true', 'YES', ' On '])('%p is true', (text) => {
    expect(reading({ ENABLED: text }).config.enabled).toBe(true);
  });
  test.each(['0', 'false', 'no', 'OFF', 'flase', 'ture', ''])('%p leaves the strategy off', (text) => {
    expect(reading({ ENABLED: text }).config.enabled).toBe(false);
  });
  test('a typo is ignored without a warning', () => {
    expect(reading({ ENABLED: 'ture' }).warnings).toEqual([]);
  });
});

describe('modes', () => {
  test.each([
    ['ev', 'ev_exit'],
    ['flip', 'signal_flip'],
    ['trailing', 'trailing_exit'],
    ['SETTLE_ONLY', 'settle_only'],
  ])('EXIT_MODE %p is %p', (text, mode) => {
    expect(reading({ EXIT_MODE: text })).toMatchObject({ config: { exitMode: mode }, warnings: [] });
  });
  test.each([
    ['lagging', 'lagging_only'],
    ['best', 'best_ev'],
    ['best_ev', 'best_ev'],
  ])('ENTRY_SIDE_POLICY %p is %p', (text, policy) => {
    expect(reading({ ENTRY_SIDE_POLICY: text }).config.entrySidePolicy).toBe(policy);
  });
  test('an unknown one keeps the default, with a warning that names it', () => {
    const { config, warnings } = reading({ EXIT_MODE: 'ev_exti' });
    expect(config.exitMode).toBe('ev_exit');
    expect(warnings).toEqual(['unknown PLOY_CRYPTO_LOB_ML__EXIT_MODE=ev_exti, keeping ev_exit']);
  });
});

describe('numbers', () => {
  test.each([
    ['WINDOW_FALLBACK_WEIGHT', '1.7', { windowFallbackWeight: 1 }],
    ['WINDOW_FALLBACK_WEIGHT', '-2', { windowFallbackWeight: 0 }],
    ['WINDOW_FALLBACK_WEIGHT', 'a lot', { windowFallbackWeight: 0.1 }],
    ['EV_EXIT_BUFFER', '0.9', { evExitBuffer: 0.5 }],
    ['ENTRY_EARLY_WINDOW_SECS_5M', '900', { entryEarlyWindowSecs5m: 300 }],
    ['ENTRY_EARLY_WINDOW_SECS_5M', '90.5', { entryEarlyWindowSecs5m: 120 }],
  ])('%s=%s', (name, text, expected) => {
    expect(reading({ [name]: text }).config).toMatchObject(expected);
  });
});
