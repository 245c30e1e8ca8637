import { App, type BlockAction, LogLevel } from '@slack/bolt';
import type { View } from '@slack/types';
import type { LocalSlack } from '../../sandbox/slack/local-slack.js';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text });
const section = (text: string) => ({ type: 'section' as const, text: mrkdwn(text) });
const option = (value: string) => ({ text: plain(value), value });

/** A small Bolt app, connected to `slack` by Socket Mode, that uses what a real report and a real form use. */
export async function startReleaseApp(slack: LocalSlack): Promise<App> {
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logLevel: LogLevel.ERROR,
  });
  app.command('/lobml', async ({ command, ack, respond, client }) => {
    await ack();
    if (command.text.trim() !== 'precheck') {
      await respond({ text: 'Try `/lobml precheck`.', response_type: 'ephemeral' });
      return;
    }
    await client.chat.postMessage({
      channel: command.channel_id,
      text: 'NO-GO',
      blocks: reportBlocks(command.user_id),
    });
  });
  app.action<BlockAction>('rollback', async ({ ack, body, client }) => {
    await ack();
    const text = `Disabled by <@${body.user.id}>`;
    await client.chat.update({
      channel: body.channel?.id ?? '',
      ts: body.message?.ts ?? '',
      text,
      blocks: [section(text)],
    });
  });
  app.action<BlockAction>('target', async ({ ack, body, client }) => {
    await ack();
    const [action] = body.actions;
    const chosen = action?.type === 'static_select' ? action.selected_option?.value : undefined;
    await client.chat.postMessage({ channel: body.channel?.id ?? '', text: `chosen: ${chosen}` });
  });
  app.action<BlockAction>('deploy', async ({ ack, body, client }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view: deployView(body.channel?.id ?? '') });
  });
  app.view('deploy', async ({ ack, view, client }) => {
    const { version, reason, how, approvers, lookback } = view.state.values;
    if (!version?.text?.value?.startsWith('lob-')) {
      await ack({ response_action: 'errors', errors: { version: 'A version starts with lob-' } });
      return;
    }
    await ack();
    const values = [
      version.text.value,
      reason?.text?.value,
      how?.radio?.selected_option?.value,
      approvers?.users?.selected_users,
      lookback?.hours?.value,
    ];
    await client.chat.postMessage({ channel: view.private_metadata, text: values.join(', ') });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: { type: 'home', blocks: [section('Nothing is running')] },
    });
  });
  await app.start();
  return app;
}

function reportBlocks(user: string) {
  return [
    { type: 'header' as const, text: plain('⛔ NO-GO · crypto_lob_ml · live') },
    section(
      `by <@${user}> in <#C0RELEASES>: SOLUSDT is silent. Silent since 14:01:52, file \`${'9f86d081'.repeat(8)}\``,
    ),
    {
      type: 'table' as const,
      rows: [
        [
          { type: 'raw_text' as const, text: 'symbol' },
          { type: 'raw_text' as const, text: 'lag' },
        ],
        [
          { type: 'raw_text' as const, text: 'SOLUSDT' },
          { type: 'raw_number' as const, value: 74.2, text: '74.2 s' },
        ],
      ],
    },
    {
      type: 'actions' as const,
      elements: [
        { type: 'button' as const, action_id: 'deploy', text: plain('Deploy') },
        {
          type: 'button' as const,
          action_id: 'rollback',
          style: 'danger' as const,
          text: plain('Roll back'),
          confirm: {
            title: plain('Disable live?'),
            text: mrkdwn('This *stops* the strategy.'),
            confirm: plain('Disable now'),
            deny: plain('Keep it'),
          },
        },
        {
          type: 'static_select' as const,
          action_id: 'target',
          placeholder: plain('Another target'),
          options: [option('live'), option('paper')],
        },
      ],
    },
  ];
}

function deployView(channel: string): View {
  return {
    type: 'modal',
    callback_id: 'deploy',
    private_metadata: channel,
    title: plain('Deploy to live'),
    submit: plain('Request'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'input',
        block_id: 'version',
        label: plain('Model version'),
        element: { type: 'plain_text_input', action_id: 'text' },
      },
      {
        type: 'input',
        block_id: 'reason',
        label: plain('Reason'),
        element: { type: 'plain_text_input', action_id: 'text', multiline: true },
      },
      {
        type: 'input',
        block_id: 'how',
        label: plain('How'),
        element: { type: 'radio_buttons', action_id: 'radio', options: [option('now'), option('later')] },
      },
      {
        type: 'input',
        block_id: 'approvers',
        label: plain('Approvers'),
        element: { type: 'multi_users_select', action_id: 'users' },
      },
      {
        type: 'input',
        block_id: 'lookback',
        label: plain('Look-back, hours'),
        element: {
          type: 'number_input',
          action_id: 'hours',
          is_decimal_allowed: false,
          initial_value: '336',
        },
      },
    ],
  };
}
