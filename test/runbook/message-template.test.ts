import { describe, expect, test } from '@jest/globals';
import { compileMessage } from '../../src/runbook/message-template.js';
import { inWordsAtOnce } from '../support/in-words.js';

const parameters = { limit: 10, symbols: ['BTC', 'ETH'] };
const write = (source: string, row = {}, env = {}) => compileMessage(source, parameters).render(row, env);

describe('a sentence', () => {
  test.each([
    ['{symbol} {lag:secs} s', { symbol: 'SOL', lag: 74.2345 }, 'SOL 74.2 s'],
    ['{lag:secs}', { lag: 5 }, '5.0'],
    ['{lag:secs}', { lag: -0.04 }, '0.0'],
    ['{n:int}', { n: 16_128.4 }, '16,128'],
    ['{share:percent}', { share: 0.1234 }, '12.3 %'],
    ['{share:percent}', { share: 1e-9 }, '< 0.1 %'],
    ['{share:percent}', { share: 0 }, '0.0 %'],
    ['{x:rest}', { x: 0.1 }, '0.9'],
    ['{x:number}', { x: 0.1 + 0.2 }, '0.3'],
    ['under {params.limit} s', {}, 'under 10 s'],
    ['{params.symbols}', {}, 'BTC, ETH'],
    ['{list:int}', { list: [1, 2000] }, '1, 2,000'],
    ['{nested}', { nested: { a: 1 } }, '{"a":1}'],
    ['{at:time}', { at: '2026-01-01T00:00:00Z' }, '⟨2026-01-01T00:00:00Z⟩'],
    ['{flag}', { flag: false }, 'false'],
    ['{absent} {nothing:secs}', { nothing: null }, '— —'],
    ['{text:int}', { text: 'many' }, 'many'],
    ['a { b } {} {1}', {}, 'a { b } {} {1}'],
  ])('%s', (source, row, sentence) => {
    expect(write(source, row)).toBe(sentence);
  });

  test('reads the agreed environment', () => {
    expect(write('{env.MODEL_VERSION}, not {env.ABSENT}', {}, { MODEL_VERSION: 'v2' })).toBe('v2, not —');
  });

  test('a value with a hole in it stays a value', () => {
    expect(write('{a}', { a: '{b} $& $1', b: 'x' })).toBe('{b} $& $1');
  });
});

test.each([
  ['{params.limmit}', /`limmit`, which does not exist/],
  ['{x:seconds}', /the format `seconds`; known are secs, int, number, percent, rest, time/],
])('%s is refused', (source, sentence) => {
  expect(() => inWordsAtOnce(() => compileMessage(source, parameters))).toThrow(sentence);
});
