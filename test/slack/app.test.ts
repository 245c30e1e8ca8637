import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/conversation/errors.js';
import type { Say } from '../../src/domain/sentence.js';
import { TYPED_ACTION } from '../../src/domain/unknown-subcommand.js';
import { unknownSubcommandView } from '../../views/help.js';
import { say } from '../../views/sentence.js';
import {
  button,
  DONE,
  section,
  startTestApp,
  subcommand,
  type TestApp,
  type TestAppOptions,
} from './support/test-app.js';

let running: TestApp | undefined;
afterEach(async () => {
  await running?.end();
  running = undefined;
});

async function start(options: TestAppOptions): Promise<TestApp> {
  running = await startTestApp(options);
  return running;
}

const report = subcommand('report', async (words, conversation, { done }) => {
  done.push(words.join(' | '));
  const message = await conversation.post(section('running'));
  await message.finish(section(`done for ${conversation.person.name}`));
  return DONE;
});

describe.each(['socket', 'http'] as const)('over %s', (mode) => {
  test('a command is acknowledged at once while its work is slow', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = subcommand('slow', async (_words, _conversation, { done }) => {
      await gate;
      done.push('slow');
      return DONE;
    });
    const { slack, done } = await start({ mode, subcommands: [slow] });
    expect(await slack.runCommand('alice', '#trading-releases', '/lobml slow')).toMatchObject({ ok: true });
    expect(done).toEqual([]);
    release();
    await slack.waitFor(() => done.length === 1);
  });

  test('words reach the subcommand, and one message moves to its last state', async () => {
    const { slack, done } = await start({ mode, subcommands: [report] });
    await slack.runCommand('alice', '#trading-releases', '/lobml report live "two words"');
    const message = await slack.waitFor(() =>
      slack.messages('#trading-releases').find((one) => one.text === 'done for alice'),
    );
    expect(done).toEqual(['live | two words']);
    expect(message.edited).toBe(true);
    expect(slack.messages('#trading-releases')).toHaveLength(1);
  });

  test('what is delivered twice has one effect', async () => {
    const { slack, done } = await start({ mode, subcommands: [report] });
    slack.misbehave({ deliverTimes: 3 });
    await slack.runCommand('alice', '#trading-releases', '/lobml report');
    await slack.waitFor(() =>
      slack.messages('#trading-releases').some((one) => one.text === 'done for alice'),
    );
    expect(done).toEqual(['']);
  });

  test('a modal opens from a command, is validated, and closes before the work', async () => {
    const modal = { callbackId: 'release:form', title: 'Release', close: 'Cancel', submit: 'Plan' };
    const input = {
      type: 'input',
      block_id: 'version',
      label: { type: 'plain_text', text: 'Version' },
      element: { type: 'plain_text_input', action_id: 'text' },
    };
    const release = subcommand(
      'release',
      async (_words, conversation) => {
        await conversation.openModal?.({ ...modal, blocks: section('loading').blocks }, async () => ({
          ...modal,
          privateMetadata: 'live',
          blocks: [input],
        }));
        return DONE;
      },
      {
        submissions: {
          'release:form': async ({ values, privateMetadata }, { done }) => {
            const version = values.version?.text;
            if (version === 'bad') return { kind: 'errors', errors: { version: 'No such version.' } };
            return { kind: 'close', after: async () => void done.push(`${privateMetadata} ${version}`) };
          },
        },
      },
    );
    const { slack, done } = await start({ mode, subcommands: [release] });
    await slack.runCommand('alice', '#trading-releases', '/lobml release');
    await slack.waitFor(() =>
      slack.modals('alice')[0]?.blocks.some((block) => JSON.stringify(block).includes('Version')),
    );
    await slack.submitModal('alice', { version: 'bad' });
    expect(slack.modals('alice')[0]?.errors).toEqual({ version: 'No such version.' });
    await slack.submitModal('alice', { version: '1.2' });
    await slack.waitFor(() => done.length === 1);
    expect(done).toEqual(['live 1.2']);
    expect(slack.modals('alice')).toEqual([]);
  });
});

test('a modal whose handler is slow shows that it works, and then the outcome', async () => {
  const modal = {
    callbackId: 'slow:form',
    title: 'Slow',
    close: 'Close',
    submit: 'Go',
    blocks: section('form').blocks,
  };
  const slow = subcommand(
    'slow',
    async (_words, conversation) => {
      await conversation.openModal?.(modal, async () => modal);
      return DONE;
    },
    {
      submissions: {
        'slow:form': async () => {
          await sleep(2_200);
          return { kind: 'update', modal: { ...modal, blocks: section('the outcome').blocks } };
        },
      },
    },
  );
  const { slack } = await start({ subcommands: [slow] });
  const shown = () => JSON.stringify(slack.modals('alice')[0]?.blocks ?? '');
  await slack.runCommand('alice', '#trading-releases', '/lobml slow');
  await slack.waitFor(() => slack.calls.some((call) => call.method === 'views.update'));
  expect(await slack.submitModal('alice')).toMatchObject({ ok: true });
  expect(shown()).toContain('Still working');
  await slack.waitFor(() => shown().includes('the outcome'));
});

describe('a click', () => {
  const clicked = subcommand(
    'ask',
    async (_words, conversation) => {
      await (await conversation.post(button('Stop it?', 'ask:stop#1', 'live'))).finish(
        button('Stop it?', 'ask:stop#1', 'live'),
      );
      return DONE;
    },
    {
      urgent: ['ask:stop'],
      actions: {
        'ask:stop': async (click, { done }) => {
          done.push(`${click.actionId} ${click.value} by ${click.person.id} on ${click.message?.channel}`);
        },
      },
    },
  );

  test('reaches its action by id, and does not wait for a database that hangs', async () => {
    const hanging = () => new Promise<boolean>(() => undefined);
    const { slack, done } = await start({ subcommands: [clicked], claimDelivery: hanging });
    await slack.runCommand('alice', '#trading-releases', '/lobml ask');
    const message = await slack.waitFor(() => slack.messages('#trading-releases').find((one) => one.edited));
    slack.misbehave({ deliverTimes: 2 });
    expect(await slack.click('carol', message, 'ask:stop#1')).toMatchObject({ ok: true });
    // The database never answers: whatever is done has not waited for it.
    await slack.waitFor(() => done.length > 0);
    expect(done).toEqual(['ask:stop#1 live by U0CAROL on C0RELEASES']);
  });

  test('and typed words that are as urgent do not wait for it either, in a command and in a mention', async () => {
    const hanging = () => new Promise<boolean>(() => undefined);
    const typed = subcommand(
      'stop',
      async (words, _conversation, { done }) => {
        done.push(words.join(' '));
        return DONE;
      },
      { urgentWords: ['--now'] },
    );
    const { slack, done } = await start({ subcommands: [typed], claimDelivery: hanging });
    await slack.runCommand('alice', '#trading-releases', '/lobml stop later');
    await slack.runCommand('alice', '#trading-releases', '/lobml stop live --now');
    slack.say('alice', '#trading-releases', '<@U0LOBMLBOT> stop dryrun --now');
    await slack.waitFor(() => done.length > 1);
    expect(done).toEqual(['live --now', 'dryrun --now']);
  });

  test('on a button that nobody knows is answered', async () => {
    const stale = subcommand('stale', async (_words, conversation) => {
      await conversation.post(button('Old', 'gone:forever'));
      return DONE;
    });
    const { slack } = await start({ subcommands: [stale] });
    await slack.runCommand('alice', '#trading-releases', '/lobml stale');
    const message = await slack.waitFor(() => slack.messages('#trading-releases')[0]);
    await slack.click('bob', message, 'gone:forever');
    const answer = await slack.waitFor(() =>
      slack.messages('#trading-releases', 'bob').find((one) => one.ephemeralFor),
    );
    expect(answer.text).toContain('no longer runs');
  });
});

describe('errors', () => {
  const whisperTo = (app: TestApp, person: string, channel = '#trading-releases') =>
    app.slack.waitFor(() => app.slack.messages(channel, person).find((one) => one.ephemeralFor));

  test('a wrong argument is answered with the sentence and the usage', async () => {
    const strict = subcommand('strict', async () => {
      throw new UsageError('unknown_target', { name: 'x', known: 'live', nearest: undefined });
    });
    const told: Say = (sentence, locale) =>
      sentence.code === 'unknown_target' ? 'There is no target "x".' : say(sentence, locale);
    const app = await start({ subcommands: [strict], say: told });
    await app.slack.runCommand('alice', '#trading-releases', '/lobml strict x');
    expect((await whisperTo(app, 'alice')).text).toBe(
      'There is no target "x".\nUsage: `/lobml strict [target]`',
    );
  });

  test('an unknown error becomes a reference that stands in the log with the stack', async () => {
    const broken = subcommand('broken', async () => {
      throw new Error('postgres://bot:hunter2@db is away');
    });
    const app = await start({ subcommands: [broken] });
    await app.slack.runCommand('alice', '#trading-releases', '/lobml broken');
    const { text } = await whisperTo(app, 'alice');
    const reference = text.match(/\*([0-9A-Z]{6})\*/)?.[1] ?? 'none';
    const line = app.log.find((entry) => entry.includes(reference)) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ level: 'error', user: 'U0ALICE', work: '/lobml broken' });
    expect(line).toContain('app.test.ts');
    expect(text + app.log.join()).not.toContain('hunter2');
  });

  test('in a channel that the bot is not in, the person is told to invite it', async () => {
    const app = await start({ subcommands: [report] });
    await app.slack.runCommand('alice', '#random', '/lobml report');
    const { text } = await whisperTo(app, 'alice', '#random');
    expect(text).toContain('/invite @lobml');
    expect(text).not.toContain('nothing');
  });

  test('a window that is asked for after Slack’s three seconds: the person is told to try again', async () => {
    let lateMs = 0;
    const modal = { callbackId: 'late:form', title: 'Late', close: 'Close', blocks: section('form').blocks };
    const late = subcommand('late', async (_words, conversation) => {
      lateMs += 3_001;
      await conversation.openModal?.(modal, async () => modal);
      return DONE;
    });
    const app = await start({ subcommands: [late], slackOptions: { now: () => Date.now() + lateMs } });
    await app.slack.runCommand('alice', '#trading-releases', '/lobml late');
    expect((await whisperTo(app, 'alice')).text).toMatch(/window was not opened.*Try again/);
    expect(app.slack.modals('alice')).toEqual([]);
  });

  test('an unknown subcommand is handed on with the nearest one', async () => {
    const app = await start({ subcommands: [report] });
    await app.slack.runCommand('alice', '#trading-releases', '/lobml reprot');
    await app.slack.waitFor(() => app.done.length > 0);
    expect(app.done).toEqual(['unknown reprot, perhaps report']);
  });

  test('a click on what was probably meant does it, with the words that followed, as the person who clicks', async () => {
    const onUnknown: TestAppOptions['onUnknown'] = async (unknown, conversation) =>
      conversation.whisper(unknownSubcommandView(unknown, conversation.locale));
    const app = await start({ subcommands: [report], onUnknown });
    await app.slack.runCommand('alice', '#trading-releases', '/lobml reprot live "right now"');
    await app.slack.click('alice', await whisperTo(app, 'alice'), TYPED_ACTION);
    await app.slack.waitFor(() => app.done.length > 0);
    expect(app.done).toEqual(['live | right now']);
  });

  test('who types nothing is told how it stands', async () => {
    const state = subcommand('status', async (words, conversation, { done }) => {
      done.push(`status of ${conversation.person.name}: ${words.join()}`);
      return { exitCode: 0, json: {} };
    });
    const app = await start({ subcommands: [state] });
    await app.slack.runCommand('alice', '#trading-releases', '/lobml');
    await app.slack.waitFor(() => app.done.length > 0);
    expect(app.done).toEqual(['status of alice: ']);
  });
});

test('the Home shows what it is given, when it is opened and when it is told to', async () => {
  let state = 'first';
  const app = await start({ home: async () => section(state).blocks });
  await app.slack.openHome('alice');
  await app.slack.waitFor(() => JSON.stringify(app.slack.home('alice')?.blocks ?? '').includes('first'));
  state = 'second';
  await app.app.publishHome('U0ALICE');
  expect(JSON.stringify(app.slack.home('alice'))).toContain('second');
});

test('a mention in a thread is a command that answers in the thread', async () => {
  const app = await start({ subcommands: [report] });
  const parent = app.slack.say('alice', '#trading-releases', 'how is it?');
  app.slack.say('alice', '#trading-releases', '<@U0LOBMLBOT> report now', parent.ts);
  const answer = await app.slack.waitFor(() =>
    app.slack.messages('#trading-releases').find((one) => one.text.startsWith('done')),
  );
  expect(answer.threadTs).toBe(parent.ts);
  expect(app.done).toEqual(['now']);
});
