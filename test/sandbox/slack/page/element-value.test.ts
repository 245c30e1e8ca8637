import { describe, expect, test } from '@jest/globals';
import { identifyBlocks } from '../../../../sandbox/slack/page/blocks/block-kit.js';
import { startingValues, withValue } from '../../../../sandbox/slack/page/elements/element-value.js';

const option = (value: string) => ({ text: { type: 'plain_text', text: value.toUpperCase() }, value });
const label = { type: 'plain_text', text: 'Label' };
const input = (id: string, element: object) => ({ type: 'input', block_id: id, label, element });

describe('the values that a surface starts with', () => {
  test('are the initial values, in the form in which Slack sends them', () => {
    const blocks = identifyBlocks([
      input('text', { type: 'plain_text_input', action_id: 'a', initial_value: 'x' }),
      input('number', { type: 'number_input', action_id: 'a', is_decimal_allowed: false }),
      input('radio', {
        type: 'radio_buttons',
        action_id: 'a',
        options: [option('on'), option('off')],
        initial_option: option('off'),
      }),
      input('boxes', { type: 'checkboxes', action_id: 'a', options: [option('on')] }),
      input('people', { type: 'multi_users_select', action_id: 'a', initial_users: ['U0BOB'] }),
      input('date', { type: 'datepicker', action_id: 'a', initial_date: '2026-11-22' }),
    ]);
    expect(startingValues(blocks)).toEqual({
      text: { a: { type: 'plain_text_input', value: 'x' } },
      number: { a: { type: 'number_input', value: null } },
      radio: { a: { type: 'radio_buttons', selected_option: option('off') } },
      boxes: { a: { type: 'checkboxes', selected_options: [] } },
      people: { a: { type: 'multi_users_select', selected_users: ['U0BOB'] } },
      date: { a: { type: 'datepicker', selected_date: '2026-11-22' } },
    });
  });

  test('include selects beside text and inside containers, and leave buttons out', () => {
    const select = { type: 'static_select', action_id: 's', options: [option('live')] };
    const button = { type: 'button', action_id: 'b', text: label };
    const blocks = identifyBlocks([
      { type: 'section', block_id: 'section', text: label, accessory: select },
      {
        type: 'container',
        block_id: 'box',
        child_blocks: [{ type: 'actions', block_id: 'in', elements: [select, button] }],
      },
    ]);
    const empty = { s: { type: 'static_select', selected_option: null } };
    expect(startingValues(blocks)).toEqual({ section: empty, in: empty });
  });

  test('keep what was entered under the same ids, and forget it where the element is gone or another', () => {
    const text = (id: string) => input(id, { type: 'plain_text_input', action_id: 'a' });
    const entered = withValue(
      withValue({}, 'kept', 'a', { type: 'plain_text_input', value: 'typed' }),
      'other',
      'a',
      { type: 'number_input', value: '3' },
    );
    expect(startingValues(identifyBlocks([text('kept'), text('other')]), entered)).toEqual({
      kept: { a: { type: 'plain_text_input', value: 'typed' } },
      other: { a: { type: 'plain_text_input', value: null } },
    });
  });
});
