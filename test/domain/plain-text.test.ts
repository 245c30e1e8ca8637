import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { plainText, plainValue } from '../../src/domain/plain-text.js';

const STEERING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

describe('what other programs say, as it may be shown', () => {
  test('nothing in it can steer a terminal, whatever it is', () => {
    const pieces = fc.constantFrom(
      '\u001b',
      '[',
      ']',
      '31m',
      '\u009b',
      '\u009d',
      '\u0007',
      '\\',
      'x',
      '\u202e',
      '\n',
      ';',
      '\u0090',
    );
    const texts = fc.oneof(
      fc.array(pieces).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(
        texts,
        (text) => !STEERING.test(plainText(text)) && plainText(plainText(text)) === plainText(text),
      ),
    );
  });

  test.each([
    ['plain, 中文, 👩‍💻 and ⚠️\tstay\n', 'plain, 中文, 👩‍💻 and ⚠️\tstay\n'],
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['PLOY\u200b_DRY_RUN', 'PLOY\ufffd_DRY_RUN'],
    ['\u001b]0;never closed, to the end of its line\nnext', '\nnext'],
  ])('%j', (text, shown) => {
    expect(plainText(text)).toBe(shown);
  });

  test('in every text of a value, and in the names of its fields', () => {
    const at = new Date(0);
    expect(plainValue({ rows: ['\u001b[31mx', 1, null, { '\u0007a': true }], at })).toEqual({
      rows: ['x', 1, null, { '\ufffda': true }],
      at,
    });
  });
});
