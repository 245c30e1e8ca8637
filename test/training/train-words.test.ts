import { describe, expect, test } from '@jest/globals';
import { parseTrainWords } from '../../commands/train-words.js';
import { UsageError } from '../../src/conversation/errors.js';
import { inWords } from '../support/in-words.js';

const parse = (...words: string[]) => parseTrainWords(words, ['5m', '15m']);

describe('the words of train', () => {
  test.each([
    [['5m'], { horizon: '5m', lookbackHours: undefined, overrideReason: undefined }],
    [['15m', '--lookback-hours', '48'], { horizon: '15m', lookbackHours: 48, overrideReason: undefined }],
    [['--lookback-hours=48', '5m'], { horizon: '5m', lookbackHours: 48, overrideReason: undefined }],
    [
      ['5m', '--despite-checks', 'a try'],
      { horizon: '5m', lookbackHours: undefined, overrideReason: 'a try' },
    ],
    [['5m', '--despite-checks=a=b'], { horizon: '5m', lookbackHours: undefined, overrideReason: 'a=b' }],
  ])('%j', (words, expected) => {
    expect(parse(...words)).toEqual(expected);
  });

  test('a target of the strategy may follow the horizon', () => {
    const ofLive = (...words: string[]) => parseTrainWords(words, ['5m'], ['live', 'dryrun']);
    expect(ofLive('5m', 'dryrun', '--lookback-hours', '48')).toMatchObject({
      horizon: '5m',
      target: 'dryrun',
      lookbackHours: 48,
    });
    expect(ofLive('5m', 'Dryrun').target).toBe('dryrun');
    expect(() => ofLive('5m', 'policy')).toThrow(UsageError);
    expect(() => ofLive('5m', 'live', 'dryrun')).toThrow(UsageError);
  });

  test.each([['two days'], ['-1'], ['1.5'], ['']])('a look-back of "%s" is never allowed', (text) => {
    expect(parse('5m', '--lookback-hours', text).lookbackHours).toBe(0);
  });

  test.each([
    [[], 'Say which horizon to train: 5m, 15m.'],
    [['5m', '15m'], '`15m` is not expected here.'],
    [['5m', '--fast'], '`--fast` is not expected here.'],
    [['5m', '--despite-checks'], '--despite-checks needs the reason as its text, in quotes.'],
  ])('%j is answered with a sentence', async (words, sentence) => {
    await expect(inWords(() => parse(...words))).rejects.toThrow(sentence);
  });
});
