import { expect, test } from '@jest/globals';
import { parseFlags } from '../../src/conversation/flags.js';

const parse = (...words: string[]) => {
  const { values, switches, rest } = parseFlags(words, ['--reason', '--set'], ['--stop', '--plan']);
  const texts = [...values].map(([flag, found]) => [flag, ...found.map(({ text }) => text)]);
  return { values: texts, switches: [...switches], rest };
};

test('flags, switches and the other words are told apart wherever they stand', () => {
  expect(parse('live', '--set', 'A=1', '--stop', '--set=B=x=y', '--reason', 'a b')).toEqual({
    values: [
      ['--set', 'A=1', 'B=x=y'],
      ['--reason', 'a b'],
    ],
    switches: ['--stop'],
    rest: ['live'],
  });
});

test('a flag takes the next word whatever it is, and has no text at the end', () => {
  expect(parse('--reason', '--stop', '--set')).toEqual({
    values: [
      ['--reason', '--stop'],
      ['--set', undefined],
    ],
    switches: [],
    rest: [],
  });
  expect(parse('--reason', '-5').values).toEqual([['--reason', '-5']]);
  expect(parse('--reason=').values).toEqual([['--reason', '']]);
});

test('what is not known stays as it was typed, once and in order', () => {
  const words = ['--fast', '-xyz', '-', '', '--stop=now', '--no-stop', '--toString=1', 'live'];
  expect(parse(...words)).toEqual({ values: [], switches: [], rest: words });
});

test('two hyphens end nothing: what must stop does so wherever it stands', () => {
  expect(parse('live', '--', '--stop', '--reason', 'x', '--', '-s')).toEqual({
    values: [['--reason', 'x']],
    switches: ['--stop'],
    rest: ['live', '--', '--', '-s'],
  });
});
