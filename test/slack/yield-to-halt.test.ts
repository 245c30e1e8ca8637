import { expect, test } from '@jest/globals';
import { Pace } from '../../src/slack/pace.js';
import { createPoster } from '../../src/slack/poster.js';
import { systemClock } from '../../src/time/clock.js';

/** A poster that has to yield to a halt, and what it has sent. */
function yieldingPoster() {
  const sent: string[] = [];
  let open = () => {};
  const barred = new Promise<void>((resolve) => {
    open = resolve;
  });
  const answer = (method: string) => async () => {
    sent.push(method);
    return { ok: true, channel: 'C1', ts: '1.1' };
  };
  const poster = createPoster({
    client: {
      chat: { postMessage: answer('post'), update: answer('update') },
      conversations: { history: async () => ({ ok: true }), replies: async () => ({ ok: true }) },
    },
    clock: systemClock,
    newKey: () => 'key',
    pace: new Pace({ clock: systemClock, isHalting: () => false }),
    isUrgent: false,
    logger: { warn: () => {}, error: () => {} } as never,
    yieldToHalt: () => barred,
  });
  return { poster, sent, open };
}

const REPORT = { text: 'a report', blocks: [] };
const turns = () => new Promise((resolve) => setImmediate(resolve));

test('a message that is not urgent is sent when what is more urgent lets it, and is not lost', async () => {
  const { poster, sent, open } = yieldingPoster();
  const posted = poster.post({ channel: 'C1' }, REPORT);
  const updated = poster.update({ channel: 'C1', ts: '1.0' }, REPORT);
  await turns();
  expect(sent).toEqual([]);
  open();
  expect(await posted).toEqual({ channel: 'C1', ts: '1.1' });
  await updated;
  expect(sent.sort()).toEqual(['post', 'update']);
});
