import { expect, test } from '@jest/globals';
import { oneAhead } from '../../src/backtest/one-ahead.js';
import { askedOnce, pacedQueries } from '../../src/backtest/paced-queries.js';

const ANSWER = { rows: [], observedAt: '2026-03-01T00:00:00.000Z' };
const request = (text: string) => ({ text, values: [1], timeoutMs: 1_000 });

/** A clock that moves only while a statement runs or somebody sleeps. */
function stand(takesMs: number, fails: readonly string[] = []) {
  let now = 0;
  const log: string[] = [];
  let running = 0;
  const trading = {
    async query({ text }: { text: string }) {
      running += 1;
      if (running > 1) log.push(`${text} beside another`);
      await Promise.resolve();
      now += takesMs;
      log.push(`${text} until ${now}`);
      running -= 1;
      if (fails.includes(text)) throw new Error(text);
      return ANSWER;
    },
  };
  const pace = {
    monotonicMs: () => now,
    sleep: async (ms: number) => {
      now += ms;
      log.push(`pause ${ms}`);
    },
  };
  return { trading, pace, log };
}

test('one statement at a time, and after each a pause in proportion to it, also where one fails', async () => {
  const { trading, pace, log } = stand(100, ['b']);
  const paced = pacedQueries(trading, pace);
  const all = ['a', 'b', 'c'].map((text) => paced.query(request(text)));
  expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(log.filter((line) => !line.startsWith('pause')).map((line) => line.slice(0, 1))).toEqual([
    'a',
    'b',
    'c',
  ]);
  expect(log).not.toContainEqual(expect.stringContaining('beside'));
  expect(log.slice(0, 4)).toEqual(['a until 100', 'pause 20', 'b until 220', 'pause 20']);
});

test('the same statement with the same values is asked once', async () => {
  const { trading, log } = stand(1);
  const once = askedOnce(trading);
  await Promise.all([once.query(request('a')), once.query(request('a')), once.query(request('b'))]);
  await once.query({ ...request('a'), values: [2] });
  expect(log.filter((line) => line.includes('until'))).toEqual(['a until 1', 'b until 2', 'a until 3']);
});

test('the next one is asked while this one is looked at, and no further one', async () => {
  const log: string[] = [];
  const ask = async (one: number) => {
    log.push(`ask ${one}`);
    return one;
  };
  const controller = new AbortController();
  for await (const { of, answer } of oneAhead([1, 2, 3, 4], ask, controller.signal)) {
    log.push(`look at ${of} ${answer}`);
    if (of === 2) controller.abort();
  }
  expect(log).toEqual(['ask 1', 'ask 2', 'look at 1 1', 'ask 3', 'look at 2 2']);
});
