import { expect, test } from '@jest/globals';
import type { MultiStaticSelect, RadioButtons, UsersSelect } from '@slack/types';
import { createDirectory } from '../../../../sandbox/slack/page/directory.js';
import { choicesOf, selectedKeys, selectedValue } from '../../../../sandbox/slack/page/elements/choices.js';

const option = (value: string) => ({
  text: { type: 'plain_text' as const, text: value.toUpperCase() },
  value,
});
const directory = createDirectory([{ id: 'U0BOB', name: 'bob', role: 'viewer' }], [], []);

test('one choice is sent as its whole option, and read back', () => {
  const radio: RadioButtons = { type: 'radio_buttons', options: [option('now'), option('later')] };
  const value = selectedValue(radio, ['later']);
  expect(value).toEqual({ type: 'radio_buttons', selected_option: option('later') });
  expect(selectedKeys(radio, value)).toEqual(['later']);
});

test('choices in groups are offered under their group, and many are sent as a list', () => {
  const select: MultiStaticSelect = {
    type: 'multi_static_select',
    option_groups: [
      { label: { type: 'plain_text', text: 'Hosts' }, options: [option('live'), option('paper')] },
    ],
  };
  expect(choicesOf(select, directory).map(({ key, group }) => [key, group])).toEqual([
    ['live', 'Hosts'],
    ['paper', 'Hosts'],
  ]);
  expect(selectedValue(select, ['paper', 'live'])).toEqual({
    type: 'multi_static_select',
    selected_options: [option('live'), option('paper')],
  });
});

test('people are offered by name and sent by id', () => {
  const select: UsersSelect = { type: 'users_select' };
  expect(choicesOf(select, directory)).toEqual([{ key: 'U0BOB', text: 'bob' }]);
  expect(selectedValue(select, ['U0BOB'])).toEqual({ type: 'users_select', selected_user: 'U0BOB' });
  expect(selectedValue(select, [''])).toEqual({ type: 'users_select', selected_user: null });
});
