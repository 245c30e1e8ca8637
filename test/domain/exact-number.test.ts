import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseExactJson } from '../../src/domain/exact-number.js';

test.each([
  ['9007199254740993', '9007199254740993'],
  ['-9007199254740993', '-9007199254740993'],
  ['9007199254740991', 9007199254740991],
  ['[1,9007199254740993,2]', [1, '9007199254740993', 2]],
  ['{"9007199254740993":9007199254740993}', { '9007199254740993': '9007199254740993' }],
  ['"9007199254740993"', '9007199254740993'],
  [String.raw`"\\" `, '\\'],
  [String.raw`["\\\"9007199254740993", 9007199254740993]`, ['\\"9007199254740993', '9007199254740993']],
  // A decimal is the nearest double, as everywhere.
  ['[9007199254740993.0, 1e20, 0.12345678901234567890]', [9007199254740992, 1e20, 0.12345678901234568]],
])('%s', (text, value) => {
  expect(parseExactJson(text)).toEqual(value);
});

test.each(['{9007199254740993: 1}', '9007199254740993 9007199254740993', '[09007199254740993]', ''])(
  '%j is no JSON',
  (text) => {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  },
);

test('a text of megabytes is read', () => {
  const long = { text: 'a"\\\n'.repeat(1_000_000), id: 1 };
  expect(parseExactJson(JSON.stringify(long).replace(':1', ':9007199254740993'))).toEqual({
    ...long,
    id: '9007199254740993',
  });
});

test('what holds no long number is what JSON says', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/\d{16}/.test(text));
      expect(parseExactJson(`[${text}, 9007199254740993]`)).toEqual([JSON.parse(text), '9007199254740993']);
    }),
  );
});
