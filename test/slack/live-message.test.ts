import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Report } from '../../src/domain/report.js';
import { SlackLiveMessage } from '../../src/slack/live-message.js';
import { createFakeClock } from './support/fake-clock.js';
import { section } from './support/test-app.js';

const refused = (code: string) =>
  Object.assign(new Error(code), { code: 'slack_webapi_platform_error', data: { error: code } });
const rateLimited = (retryAfter: number) =>
  Object.assign(new Error('slow down'), { code: 'slack_webapi_rate_limited_error', retryAfter });

/** Takes what is sent, after failing with the given errors. */
function createRecorder(failures: { post?: Error[]; update?: Error[] } = {}) {
  const sent: string[] = [];
  const take = (list: Error[] | undefined, entry: string) => {
    const failure = list?.shift();
    if (failure) throw failure;
    sent.push(entry);
  };
  return {
    sent,
    post: async (target: { channel: string }, report: Report) => {
      take(failures.post, `post ${report.text}`);
      return { channel: target.channel, ts: `${sent.length}` };
    },
    update: async (_ref: unknown, report: Report) => take(failures.update, `update ${report.text}`),
  };
}

function createMessage(poster: ReturnType<typeof createRecorder>) {
  const clock = createFakeClock();
  const message = new SlackLiveMessage({
    poster,
    clock,
    logger: pino({ level: 'silent' }),
    target: { channel: 'C1' },
  });
  return { clock, message };
}

test('states that come at once become two messages sent, 1.2 s apart, the last among them', async () => {
  const poster = createRecorder();
  const { clock, message } = createMessage(poster);
  message.update(section('1'));
  for (const text of ['2', '3', '4']) message.update(section(text));
  await message.finish(section('5'));
  expect(poster.sent).toEqual(['post 1', 'update 5']);
  expect(clock.slept).toEqual([1_200]);
  message.update(section('6'));
  await message.settled();
  expect(poster.sent).toHaveLength(2);
});

test('an answer that is ready at once is posted and never edited', async () => {
  const poster = createRecorder();
  const { clock, message } = createMessage(poster);
  const answer = section('1');
  message.update(answer);
  await message.settled();
  await message.finish(answer);
  expect(poster.sent).toEqual(['post 1']);
  expect(clock.slept).toEqual([]);
});

test('a refusal for coming too often is waited for, and then the newest state is sent', async () => {
  const poster = createRecorder({ update: [rateLimited(7)] });
  const { clock, message } = createMessage(poster);
  message.update(section('1'));
  await message.finish(section('2'));
  expect(poster.sent).toEqual(['post 1', 'update 2']);
  expect(clock.slept).toEqual([1_200, 7_000]);
});

test('the outcome is posted anew when somebody has deleted the message', async () => {
  const poster = createRecorder({ update: [refused('message_not_found')] });
  const { message } = createMessage(poster);
  message.update(section('1'));
  await message.finish(section('2'));
  expect(poster.sent).toEqual(['post 1', 'post 2']);
});

test('a first message that is refused is not tried again, and finish says why', async () => {
  const poster = createRecorder({ post: [refused('not_in_channel')] });
  const { message } = createMessage(poster);
  message.update(section('1'));
  await expect(message.settled()).rejects.toThrow('not_in_channel');
  await expect(message.finish(section('2'))).rejects.toThrow('not_in_channel');
  expect(poster.sent).toEqual([]);
});

test('an outage longer than two minutes ends the trying', async () => {
  const poster = createRecorder({ update: Array.from({ length: 200 }, () => new Error('connection reset')) });
  const { message } = createMessage(poster);
  message.update(section('1'));
  await expect(message.finish(section('2'))).rejects.toThrow('connection reset');
});
