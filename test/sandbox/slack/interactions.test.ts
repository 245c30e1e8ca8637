import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { App, BlockAction, SlackActionMiddlewareArgs } from '@slack/bolt';
import type { LocalSlack } from '../../../sandbox/slack/local-slack.js';
import type { MessageRef } from '../../../sandbox/slack/model.js';
import { clientOf, outcome, socketModeApp, startApp, startSlack, stopAll } from './bolt-app.js';

const CHANNEL = 'C0RELEASES';
const plain = (text: string) => ({ type: 'plain_text' as const, text });
const BUTTONS = [
  {
    type: 'actions' as const,
    block_id: 'row',
    elements: [
      { type: 'button' as const, action_id: 'run_again', text: plain('Run again'), value: 'live' },
      {
        type: 'static_select' as const,
        action_id: 'target',
        options: ['live', 'dryrun'].map((value) => ({ text: plain(value), value })),
      },
    ],
  },
];
const reasonInput = (more: object = {}) => ({
  type: 'input' as const,
  block_id: 'reason',
  label: plain('Reason'),
  element: { type: 'plain_text_input' as const, action_id: 'text', min_length: 3 },
  ...more,
});
const modal = (title: string, more: object = {}) => ({
  type: 'modal' as const,
  callback_id: 'deploy',
  title: plain(title),
  submit: plain('Send'),
  blocks: [reasonInput()],
  ...more,
});

let slack: LocalSlack;
let app: App;
let nowMs: number;
let report: MessageRef;
let clicked: BlockAction[];

beforeEach(async () => {
  nowMs = 1_800_000_000_000;
  slack = await startSlack({ now: () => nowMs });
  app = socketModeApp(slack);
  clicked = [];
  const posted = await clientOf(slack).chat.postMessage({ channel: CHANNEL, text: 'GO', blocks: BUTTONS });
  report = { channel: CHANNEL, ts: posted.ts ?? '' };
});
afterEach(stopAll);

/** Starts the app with one handler for every action. */
async function onAction(handler: (args: SlackActionMiddlewareArgs<BlockAction>) => Promise<unknown>) {
  app.action<BlockAction>(/.*/, async (args) => {
    clicked.push(args.body);
    await args.ack();
    await handler(args);
  });
  await startApp(app);
}

describe('clicks in a message', () => {
  test('carry what Bolt reads: who, where, which element, what stands around it', async () => {
    await onAction(async () => {});
    await slack.click('bob', report, 'run_again');
    await slack.click('bob', report, 'target', 'dryrun');

    expect(clicked[0]).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0BOB', username: 'bob', team_id: 'T0SANDBOX' },
      team: { id: 'T0SANDBOX', domain: 'sandbox' },
      api_app_id: 'A0LOBML',
      container: { type: 'message', message_ts: report.ts, channel_id: CHANNEL, is_ephemeral: false },
      channel: { id: CHANNEL, name: 'trading-releases' },
      message: { ts: report.ts, text: 'GO', bot_id: 'B0LOBML' },
      state: { values: { row: { target: { type: 'static_select', selected_option: null } } } },
      actions: [
        { type: 'button', block_id: 'row', action_id: 'run_again', value: 'live', text: plain('Run again') },
      ],
    });
    expect(clicked[1]?.actions).toMatchObject([
      { type: 'static_select', selected_option: { value: 'dryrun' } },
    ]);
  });

  test('without an ack are told to the person', async () => {
    app.action('run_again', async () => {});
    await startApp(app);
    await slack.click('bob', report, 'run_again');
    expect(slack.notices('bob')[0]?.text).toBe('"Run again" failed with the error "operation_timeout"');
  });

  test('that come late fail before the person in time, and reach the app all the same', async () => {
    await onAction(async () => {});
    // Longer than the patience (300 ms in these tests).
    slack.misbehave({ deliverDelayMs: 600 });
    await slack.click('bob', report, 'run_again');
    expect(clicked).toEqual([]);
    expect(slack.notices('bob')[0]?.text).toBe('"Run again" failed with the error "operation_timeout"');
    await slack.waitFor(() => clicked.length === 1);
  });

  test('a button that is gone cannot be clicked', async () => {
    await clientOf(slack).chat.update({ ...report, text: 'decided' });
    await expect(slack.click('bob', report, 'run_again')).rejects.toThrow('There is no element "run_again"');
  });

  test('arrive twice when told so, with the same trigger', async () => {
    await onAction(async () => {});
    slack.misbehave({ deliverTimes: 2 });
    await slack.click('bob', report, 'run_again');
    await slack.waitFor(() => clicked.length === 2);
    expect(clicked[0]?.trigger_id).toBe(clicked[1]?.trigger_id);
  });
});

describe('response_url', () => {
  const answer = (body: object) =>
    fetch(clicked[0]?.response_url ?? '', { method: 'POST', body: JSON.stringify(body) }).then((response) =>
      response.text(),
    );

  beforeEach(async () => {
    await onAction(async () => {});
    await slack.click('bob', report, 'run_again');
  });

  test('answers privately, replaces and deletes the original', async () => {
    await answer({ text: 'only you' });
    expect(slack.messages(CHANNEL, 'bob').map((message) => message.text)).toEqual(['GO', 'only you']);
    await answer({ text: 'done', replace_original: true });
    expect(slack.messages(CHANNEL)).toMatchObject([{ ts: report.ts, text: 'done', blocks: [] }]);
    await answer({ delete_original: true });
    expect(slack.messages(CHANNEL)).toEqual([]);
  });

  test('works five times', async () => {
    for (let use = 0; use < 5; use += 1) expect(await answer({ text: 'x' })).toBe('ok');
    expect(await answer({ text: 'x' })).toBe('used_url');
  });

  test('misbehaves when told so: refused it says nothing, lost it has said it', async () => {
    slack.misbehave({ api: { method: '*', status: 500, count: 1 } });
    expect(await answer({ text: 'x' })).toBe('ok');
    slack.misbehave({ api: { method: 'response_url', status: 429, count: 1 } });
    expect(await answer({ text: 'refused' })).toBe('rate_limited');
    slack.misbehave({ apiLostReplies: { method: 'response_url', count: 1 } });
    await expect(answer({ text: 'lost' })).rejects.toThrow();
    expect(slack.messages(CHANNEL, 'bob').map((message) => message.text)).toEqual(['GO', 'x', 'lost']);
  });

  test('works for thirty minutes, and refuses faulty blocks', async () => {
    expect(await answer({ blocks: [{ type: 'section' }] })).toBe('invalid_blocks');
    nowMs += 30 * 60_000 + 1;
    expect(await answer({ text: 'x' })).toBe('expired_url');
  });
});

describe('trigger ids', () => {
  const open = (trigger: string, view: object = modal('Deploy')) =>
    outcome(clientOf(slack).apiCall('views.open', { trigger_id: trigger, view }));

  test('open one modal, once; a faulty view does not use the trigger up', async () => {
    await onAction(async () => {});
    await slack.click('bob', report, 'run_again');
    const trigger = clicked[0]?.trigger_id ?? '';
    expect(await open(trigger, modal('x'.repeat(25)))).toBe('invalid_arguments');
    expect(await open(trigger)).toBe('ok');
    expect(await open(trigger)).toBe('exchanged_trigger_id');
    expect(slack.modals('bob').map((view) => view.title)).toEqual(['Deploy']);
    expect(slack.modals('alice')).toEqual([]);
  });

  test('live for three seconds', async () => {
    await onAction(async () => {});
    await slack.click('bob', report, 'run_again');
    nowMs += 3_001;
    expect(await open(clicked[0]?.trigger_id ?? '')).toBe('expired_trigger_id');
    expect(await open('1.2.3')).toBe('invalid_trigger_id');
  });
});

describe('modals', () => {
  /** Opens a modal for bob, and answers its submission with `reply`. */
  async function openModal(reply: () => Record<string, unknown> | undefined, view: object = modal('Deploy')) {
    const submitted: { reason: unknown }[] = [];
    app.view('deploy', async ({ ack, view: { state } }) => {
      submitted.push({ reason: state.values.reason?.text?.value });
      await (ack as (body?: object) => Promise<void>)(reply());
    });
    await onAction(async ({ body }) => {
      await clientOf(slack).apiCall('views.open', { trigger_id: body.trigger_id, view });
    });
    await slack.click('bob', report, 'run_again');
    await slack.waitFor(() => slack.modals('bob').length === 1);
    return submitted;
  }

  test('a submission carries the inputs, and an empty ack closes the view', async () => {
    const submitted = await openModal(() => undefined);
    await slack.submitModal('bob', { reason: 'new model' });
    expect(submitted).toEqual([{ reason: 'new model' }]);
    expect(slack.modals('bob')).toEqual([]);
  });

  test('what Slack itself refuses never reaches the app', async () => {
    const submitted = await openModal(() => undefined);
    await slack.submitModal('bob');
    expect(slack.modals('bob')[0]?.errors).toEqual({ reason: 'Please complete this required field.' });
    await slack.submitModal('bob', { reason: 'x' });
    expect(slack.modals('bob')[0]?.errors).toEqual({ reason: 'Please use at least 3 characters.' });
    expect(submitted).toEqual([]);
  });

  test('errors stand at their block; errors for no block are a failure', async () => {
    const errors = { reason: 'Say more.' };
    await openModal(() => ({ response_action: 'errors', errors: { ...errors } }));
    await slack.submitModal('bob', { reason: 'because' });
    expect(slack.modals('bob')[0]?.errors).toEqual({ reason: 'Say more.' });
    Object.assign(errors, { nowhere: 'Lost.' });
    await slack.submitModal('bob', { reason: 'because' });
    expect(slack.notices('bob')[0]?.text).toContain('We had some trouble connecting.');
  });

  test('an error has its place at an input alone', async () => {
    const view = {
      ...modal('Deploy'),
      blocks: [...modal('Deploy').blocks, { type: 'divider', block_id: 'line' }],
    };
    await openModal(() => ({ response_action: 'errors', errors: { line: 'Here?' } }), view);
    await slack.submitModal('bob', { reason: 'because' });
    expect(slack.notices('bob')[0]?.text).toContain('We had some trouble connecting.');
  });

  test('update, push up to three views, clear', async () => {
    const replies: Record<string, unknown>[] = [
      { response_action: 'update', view: modal('Second') },
      { response_action: 'push', view: modal('Third') },
      { response_action: 'push', view: modal('Fourth') },
      { response_action: 'push', view: modal('Too many') },
      { response_action: 'clear' },
    ];
    await openModal(() => replies.shift());
    const titles = async () => {
      await slack.submitModal('bob', { reason: 'because' });
      return slack.modals('bob').map((view) => view.title);
    };
    expect(await titles()).toEqual(['Second']);
    expect(await titles()).toEqual(['Second', 'Third']);
    expect(await titles()).toEqual(['Second', 'Third', 'Fourth']);
    expect(await titles()).toEqual(['Second', 'Third', 'Fourth']);
    expect(slack.notices('bob')[0]?.text).toContain('push_limit_reached');
    expect(await titles()).toEqual([]);
  });

  test('views.update checks the hash; a closed view is not found', async () => {
    await openModal(() => undefined);
    const client = clientOf(slack);
    const [shown] = slack.modals('bob');
    const update = (more: object) =>
      outcome(client.apiCall('views.update', { view_id: shown?.viewId, view: modal('New'), ...more }));
    expect(await update({ hash: 'old' })).toBe('hash_conflict');
    expect(await update({})).toBe('ok');
    await slack.closeModal('bob');
    expect(await update({})).toBe('not_found');
  });

  test('closing is told to the app when the view asks for it', async () => {
    const closed: string[] = [];
    app.view({ callback_id: 'deploy', type: 'view_closed' }, async ({ ack, body }) => {
      closed.push(body.user.id);
      await ack();
    });
    await openModal(() => undefined, modal('Deploy', { notify_on_close: true }));
    await slack.closeModal('bob');
    expect(closed).toEqual(['U0BOB']);
  });
});
