import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quoteForShell, shellLine } from '../../src/hosts/shell-quote.js';

test('plain words stay readable', () => {
  expect(shellLine(['systemctl', 'show', '--property=MainPID', 'a b', '', "it's"])).toBe(
    "systemctl show '--property=MainPID' 'a b' '' 'it'\\''s'",
  );
  expect(() => quoteForShell('a\0b')).toThrow(RangeError);
});

test('a shell reads back every word unchanged', () => {
  const word = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?~;&|<>(){}[]#= \t\n-a') }),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
      fc.pre(words.every((text) => !text.includes('\0')));
      const output = execFileSync('sh', ['-c', `printf '%s\\0' ${shellLine(words)}`]).toString('utf8');
      expect(output.split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 150 },
  );
});
