import { describe, expect, test } from '@jest/globals';
import { faultMessage } from '../../../../sandbox/slack/block-kit/rule.js';
import { messageFaults, messageTooLong, viewFaults } from '../../../../sandbox/slack/block-kit/surfaces.js';

const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const button = (more: object = {}) => ({ type: 'button', text: plain('Go'), action_id: 'go', ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const option = (value: string) => ({ text: plain(value), value });
const richText = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text, style: { bold: true } }] }],
});
const input = (more: object = {}) => ({
  type: 'input',
  block_id: 'reason',
  label: plain('Reason'),
  element: { type: 'plain_text_input', action_id: 'text', multiline: true },
  ...more,
});
const chart = (points: number, more: object = {}) => {
  const categories = Array.from({ length: points }, (_, index) => `${index}`);
  const data = categories.map((label, index) => ({ label, value: index }));
  return {
    type: 'data_visualization',
    title: 'Lag',
    chart: { type: 'line', series: [{ name: 'BTCUSDT', data }], axis_config: { categories, y_label: 's' } },
    ...more,
  };
};
const cell = (text: string) => ({ type: 'raw_text', text });
const table = (rows: number, columns = 2) => ({
  type: 'table',
  rows: Array.from({ length: rows }, () => Array.from({ length: columns }, () => cell('x'))),
});
const dataTable = (rows: number, more: object = {}) => ({
  ...table(rows),
  type: 'data_table',
  caption: 'Lag',
  ...more,
});
const task = { type: 'task_card', task_id: '1', title: 'Stage', status: 'in_progress' };
const confirm = { title: plain('Sure?'), text: mrkdwn('Really'), confirm: plain('Yes'), deny: plain('No') };

const words = (blocks: unknown) => messageFaults(blocks).map(faultMessage);

describe('messages that Slack takes', () => {
  test.each<[string, unknown[]]>([
    [
      'section, header, divider',
      [section('*GO*'), { type: 'header', text: plain('x') }, { type: 'divider' }],
    ],
    ['section with fields and accessory', [{ type: 'section', fields: [mrkdwn('a')], accessory: button() }]],
    ['context', [{ type: 'context', elements: [mrkdwn('a'), plain('b')] }]],
    ['buttons', [actions(button({ style: 'danger', value: 'x'.repeat(2000), confirm }))]],
    [
      'overflow and select',
      [
        actions(
          { type: 'overflow', action_id: 'more', options: [option('a')] },
          {
            type: 'static_select',
            action_id: 's',
            placeholder: plain('p'),
            options: [option('a')],
            initial_option: option('a'),
          },
        ),
      ],
    ],
    ['rich text', [richText('text')]],
    ['markdown', [{ type: 'markdown', text: '# Title' }]],
    ['table', [{ ...table(100, 20), column_settings: [{ align: 'right' }, null] }]],
    ['data table', [dataTable(101, { page_size: 10 })]],
    ['two charts', [chart(20), chart(1)]],
    [
      'pie',
      [
        {
          type: 'data_visualization',
          title: 't',
          chart: { type: 'pie', segments: [{ label: 'a', value: 1 }] },
        },
      ],
    ],
    ['plan', [{ type: 'plan', title: 'Deploy', tasks: [task] }]],
    [
      'container',
      [
        {
          type: 'container',
          title: plain('Details'),
          is_collapsible: true,
          default_collapsed: true,
          child_blocks: [section('a')],
        },
      ],
    ],
    ['fifty blocks', Array.from({ length: 50 }, () => ({ type: 'divider' }))],
  ])('%s', (_name, blocks) => {
    expect(words(blocks)).toEqual([]);
  });
});

describe('messages that Slack refuses, in its words', () => {
  test.each<[unknown, string]>([
    [
      Array.from({ length: 51 }, () => ({ type: 'divider' })),
      'no more than 50 items allowed [json-pointer:/blocks]',
    ],
    [
      [{ type: 'header', text: plain('x'.repeat(151)) }],
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [[section('x'.repeat(3001))], 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
    [[section('')], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
    [[{ type: 'section' }], 'must define either `text` or `fields` [json-pointer:/blocks/0]'],
    [[{ type: 'section', text: null }], 'must provide an object [json-pointer:/blocks/0/text]'],
    [
      [{ type: 'section', text: mrkdwn('x'), fields: null }],
      'must provide an array [json-pointer:/blocks/0/fields]',
    ],
    [
      [{ type: 'section', text: mrkdwn('x'), fields: [] }],
      'no fewer than 1 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      [{ type: 'plan', title: 'Deploy', tasks: [task, task] }],
      '`task_id` "1" already exists [json-pointer:/blocks/0/tasks/1/task_id]',
    ],
    [[{ type: 'header', text: mrkdwn('x') }], 'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]'],
    [[{ type: 'chart' }], 'unsupported type: chart [json-pointer:/blocks/0/type]'],
    [[{ type: 'constructor' }], 'unsupported type: constructor [json-pointer:/blocks/0/type]'],
    [[{ type: 'divider', colour: 'red' }], 'invalid additional property: colour [json-pointer:/blocks/0]'],
    [
      [{ type: 'section', fields: Array(11).fill(mrkdwn('a')) }],
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      [actions(...Array.from({ length: 26 }, (_, i) => button({ action_id: `${i}` })))],
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      [actions(button({ text: plain('x'.repeat(76)) }))],
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      [actions(button({ value: 'x'.repeat(2001) }))],
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      [actions(button({ style: 'default' }))],
      'invalid value, must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      [actions(button({ url: 'javascript:alert(1)' }))],
      'invalid url [json-pointer:/blocks/0/elements/0/url]',
    ],
    [
      [actions(button(), button())],
      '`action_id` "go" already exists for block_id "" [json-pointer:/blocks/0/elements/1/action_id]',
    ],
    [
      [actions(button({ confirm: { text: plain('x') } }))],
      'missing required field: title [json-pointer:/blocks/0/elements/0/confirm]',
    ],
    [
      [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
      '`block_id` "a" already exists [json-pointer:/blocks/1/block_id]',
    ],
    [
      [{ type: 'context', elements: [button()] }],
      'unsupported type: button [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      [actions({ type: 'static_select', options: [option('a')], initial_option: option('b') })],
      'initial option must match one of the options [json-pointer:/blocks/0/elements/0]',
    ],
    [[{ type: 'alert', text: plain('x') }], 'unsupported type: alert [json-pointer:/blocks/0/type]'],
    [[table(1), table(1)], 'no more than 1 table block allowed [json-pointer:/blocks]'],
    [[table(101)], 'no more than 100 items allowed [json-pointer:/blocks/0/rows]'],
    [[table(1, 21)], 'no more than 20 items allowed [json-pointer:/blocks/0/rows/0]'],
    [[dataTable(1)], 'no fewer than 2 items allowed [json-pointer:/blocks/0/rows]'],
    [[dataTable(2, { caption: undefined })], 'missing required field: caption [json-pointer:/blocks/0]'],
    [
      [chart(2), chart(2), chart(2)],
      'no more than 2 data_visualization blocks allowed [json-pointer:/blocks]',
    ],
    [[chart(21)], 'no more than 20 items allowed [json-pointer:/blocks/0/chart/series/0/data]'],
    [[chart(2, { title: 'x'.repeat(51) })], 'must be less than 51 characters [json-pointer:/blocks/0/title]'],
    [
      [{ type: 'container', child_blocks: [section('a')] }],
      'must define either `title` or `rich_text_title` [json-pointer:/blocks/0]',
    ],
    [
      [{ ...task, status: 'done' }],
      'invalid value, must be one of: pending, in_progress, complete, error [json-pointer:/blocks/0/status]',
    ],
    [
      [{ type: 'image', alt_text: 'a' }],
      'must define exactly one of `image_url` or `slack_file` [json-pointer:/blocks/0]',
    ],
  ])('%#', (blocks, expected) => {
    expect(words(blocks)).toContain(expected);
  });

  test('a chart whose points do not match its categories', () => {
    const broken = chart(2);
    broken.chart.axis_config.categories = ['0', 'other'];
    expect(words([broken])).toEqual([
      'data must have one point for each category [json-pointer:/blocks/0/chart/series/0/data]',
    ]);
  });

  test('a message with more text than Slack takes in all', () => {
    const fiveFull = Array.from({ length: 5 }, () => section('x'.repeat(2_900)));
    expect(messageTooLong(fiveFull.slice(0, 4))).toBe(false);
    expect(messageTooLong(fiveFull)).toBe(true);
  });
});

describe('views', () => {
  const modal = (more: object = {}) => ({
    type: 'modal',
    title: plain('Deploy'),
    submit: plain('Send'),
    blocks: [input(), { type: 'alert', text: plain('Careful'), level: 'warning' }],
    ...more,
  });
  const viewWords = (view: unknown, type: 'modal' | 'home' = 'modal') =>
    viewFaults(view, type).map(faultMessage);

  test('a modal with input and alert, and a Home tab, are taken', () => {
    expect(viewWords(modal())).toEqual([]);
    expect(viewWords({ type: 'home', blocks: [section('a')] }, 'home')).toEqual([]);
  });

  test.each<[object, string]>([
    [{ title: plain('x'.repeat(25)) }, 'must be less than 25 characters [json-pointer:/view/title/text]'],
    [{ submit: undefined }, 'missing required field: submit [json-pointer:/view]'],
    [
      { private_metadata: 'x'.repeat(3001) },
      'must be less than 3001 characters [json-pointer:/view/private_metadata]',
    ],
    [
      { blocks: Array(101).fill({ type: 'divider' }) },
      'no more than 100 items allowed [json-pointer:/view/blocks]',
    ],
    [
      { blocks: [{ type: 'markdown', text: 'x' }] },
      'unsupported type: markdown [json-pointer:/view/blocks/0/type]',
    ],
    [
      { blocks: [input({ label: plain('x'.repeat(2001)) })] },
      'must be less than 2001 characters [json-pointer:/view/blocks/0/label/text]',
    ],
    [{ type: 'home' }, 'must be a view of type modal [json-pointer:/view]'],
  ])('%#', (more, expected) => {
    expect(viewWords(modal(more))).toContain(expected);
  });
});
