import { expect, test } from '@jest/globals';
import { parseRollbackWords } from '../../commands/rollback-words.js';

const parse = (...words: string[]) => parseRollbackWords(words);

test('the words of a kill switch count wherever they stand', () => {
  expect(parse('live', '--stop')).toEqual({ rest: ['live'], kind: 'stop', reason: undefined });
  expect(parse('--stop', 'live', '--stop')).toEqual({ rest: ['live'], kind: 'stop', reason: undefined });
  expect(parse('--', '--disable')).toEqual({ rest: ['--'], kind: 'disable', reason: undefined });
  expect(parse('--reason', ' a loss ', '--previous-model', '--reason=again')).toEqual({
    rest: [],
    kind: 'previous_model',
    reason: 'again',
  });
  expect(parse('--reason', '--stop', 'live')).toEqual({ rest: ['live'], kind: undefined, reason: '--stop' });
});

test('other words stay for who looks for a target', () => {
  expect(parse('-x', '--halt', '--stop=now', 'constructor')).toEqual({
    rest: ['-x', '--halt', '--stop=now', 'constructor'],
    kind: undefined,
    reason: undefined,
  });
});

test.each([
  [['--reason'], 'rollback_reason_missing'],
  [['--reason='], 'rollback_reason_missing'],
  [['--stop', '--reason', ' '], 'rollback_reason_missing'],
  [['--stop', '--disable'], 'rollback_several_acts'],
])('%j is refused', (words, code) => {
  expect(() => parse(...words)).toThrow(expect.objectContaining({ code }));
});
