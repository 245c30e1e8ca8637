import { expect, test } from '@jest/globals';
import { compareClocks, type NamedClock } from '../../src/domain/clocks.js';

const clock = (name: string, aheadSecs: number, machine = name): NamedClock => ({
  clock: name,
  machine,
  aheadMs: aheadSecs * 1000,
  errorMs: 5,
});
const bot = { ...clock('bot', 0), errorMs: 0 };
const compared = (...clocks: NamedClock[]) =>
  Object.fromEntries(
    compareClocks(clocks, 2_000).map(({ clock: name, aheadMs, against }) => [
      name,
      `${aheadMs / 1000} ${against}`,
    ]),
  );

test('of three clocks the one that differs is wrong, whichever it is', () => {
  expect(compared(bot, clock('trading_database', 600), clock('live-1', 600.5))).toEqual({
    bot: '-600 majority',
    trading_database: '0 majority',
    'live-1': '0.5 majority',
  });
  expect(compared(bot, clock('trading_database', 600), clock('live-1', 1))).toEqual({
    bot: '0 majority',
    trading_database: '600 majority',
    'live-1': '1 majority',
  });
  expect(compared(bot, clock('trading_database', 0.1), clock('live-1', -3))).toMatchObject({
    'live-1': '-3.1 majority',
  });
});

test('of two, and of a tie, nobody knows: the trading database is the measure', () => {
  expect(compared(bot, clock('trading_database', 600))).toEqual({
    bot: '-600 trading_database',
    trading_database: '0 trading_database',
  });
  const tie = [clock('live-1', 0), clock('trading_database', 600), clock('state_database', 600)];
  expect(compared(bot, ...tie)).toMatchObject({
    bot: '-600 trading_database',
    state_database: '0 trading_database',
  });
  expect(compared(bot, clock('trading_database', 600), clock('live-1', -600))).toMatchObject({
    bot: '-600 trading_database',
    'live-1': '-1200 trading_database',
  });
});

test('the clocks of one machine count once', () => {
  const server = [clock('trading_database', 600, 'server'), clock('state_database', 600, 'server')];
  expect(compared(bot, ...server, clock('live-1', 0))).toMatchObject({
    bot: '0 majority',
    trading_database: '600 majority',
    state_database: '600 majority',
  });
});

test('without a trading database the bot is the measure where no majority agrees', () => {
  expect(compared(bot, clock('live-1', 5))).toEqual({ bot: '0 bot', 'live-1': '5 bot' });
});
