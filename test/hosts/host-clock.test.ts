import { expect, test } from '@jest/globals';
import { askMoment, readHostClock } from '../../src/hosts/host-clock.js';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';

const runner = createLocalCommandRunner({ host: 'live-1' });
const printing = (text: string) => askMoment(runner, ['printf', '%s', text]);

test('reads the seconds of GNU’s date with their fraction', async () => {
  expect(await printing('1795370400.250000000\n')).toEqual({ at: new Date(1795370400250), errorMs: 0 });
});

test.each(['1795370400.N\n', '1795370400.%N\n', '1795370400\n'])(
  'where date knows no fraction (%j) half a second of doubt remains',
  async (text) => {
    expect(await printing(text)).toEqual({ at: new Date(1795370400500), errorMs: 500 });
  },
);

test.each(['', 'Mon Nov 30 23:11:28 UTC 2026\n', '-5\n'])('%j is no time', async (text) => {
  await expect(printing(text)).rejects.toMatchObject({ code: 'unreadable_answer', host: 'live-1' });
});

test('the doubt is half the round trip, and a slow first look is repeated', async () => {
  const answers = [1_700, 1_000, 1_400];
  let now = 10_000;
  const clock = async () => {
    now += answers.shift() ?? 40;
    return { at: new Date(now - 20 + 5_000), errorMs: 0 };
  };
  const reading = await readHostClock(
    { clock },
    () => now,
    () => ({}),
  );
  expect(reading).toMatchObject({ aheadMs: 5_480, errorMs: 500 });
  expect(
    await readHostClock(
      { clock },
      () => now,
      () => ({}),
    ),
  ).toMatchObject({ aheadMs: 5_000, errorMs: 20 });
});

test('a host without a clock of its own has the bot’s', async () => {
  expect(
    await readHostClock(
      {},
      () => 0,
      () => ({}),
    ),
  ).toBeUndefined();
});
