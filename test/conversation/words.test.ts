import { expect, test } from '@jest/globals';
import { UsageError } from '../../src/conversation/errors.js';
import { splitWords } from '../../src/conversation/words.js';
import { unknownSubcommand } from '../../src/domain/unknown-subcommand.js';

test.each([
  ['', []],
  ['  precheck   live ', ['precheck', 'live']],
  ['lock live "market is thin" now', ['lock', 'live', 'market is thin', 'now']],
  ['lock “市场 波动”', ['lock', '市场 波动']],
  ["lock don't touch", ['lock', "don't", 'touch']],
  ["lock 'a \\ b'", ['lock', 'a \\ b']],
  ['--set KEY="a b" ""', ['--set', 'KEY=a b', '']],
  ['a\\ b "c\\"d" e\\', ['a b', 'c"d', 'e\\']],
])('%s', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

test('a quote that is not closed is refused', () => {
  expect(() => splitWords('lock "thin')).toThrow(UsageError);
});

test.each([
  ['prechek', 'precheck'],
  ['pre', 'precheck'],
  ['ROLLBAK', 'rollback'],
  ['xyz', undefined],
  ['sell-everything', undefined],
])('%s is probably %s', (name, nearest) => {
  const meant = unknownSubcommand([name, 'live'], ['precheck', 'rollback', 'status', 'help']);
  expect(meant).toEqual({ name, nearest, command: nearest && `${nearest} live` });
});

test('without subcommands nothing is suggested', () => {
  expect(unknownSubcommand(['x'], [])).toEqual({ name: 'x', nearest: undefined, command: undefined });
});
