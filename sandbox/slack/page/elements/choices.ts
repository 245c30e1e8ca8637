import type { Checkboxes, MultiSelect, Option, RadioButtons, Select } from '@slack/types';
import type { Directory } from '../directory.js';
import type { ElementValue } from './element-shape.js';

/** The elements in which a person picks from a list that the page knows. */
export type ChoiceElement =
  | Exclude<Select, { type: 'external_select' }>
  | Exclude<MultiSelect, { type: 'multi_external_select' }>
  | Checkboxes
  | RadioButtons;

/** One line of the list. `key` is the option's value, or the id of a user or a channel. */
export interface Choice {
  key: string;
  text: string;
  group?: string;
  option?: Option;
}

const SELECTED_FIELD: Record<ChoiceElement['type'], string> = {
  static_select: 'selected_option',
  radio_buttons: 'selected_option',
  multi_static_select: 'selected_options',
  checkboxes: 'selected_options',
  users_select: 'selected_user',
  multi_users_select: 'selected_users',
  channels_select: 'selected_channel',
  multi_channels_select: 'selected_channels',
  conversations_select: 'selected_conversation',
  multi_conversations_select: 'selected_conversations',
};

export function isChoiceElement(element: { type: string }): element is ChoiceElement {
  return element.type in SELECTED_FIELD;
}

/** Does the element take more than one choice? */
export function takesMany(element: ChoiceElement): boolean {
  return element.type === 'checkboxes' || element.type.startsWith('multi_');
}

/** What the element offers; users and channels come from the directory. */
export function choicesOf(element: ChoiceElement, directory: Directory): Choice[] {
  if (/users_select$/.test(element.type)) {
    return directory.users.map(({ id, name }) => ({ key: id, text: name }));
  }
  if (/(channels|conversations)_select$/.test(element.type)) {
    return directory.channels.map(({ id, name }) => ({ key: id, text: `#${name}` }));
  }
  return optionsOf(element);
}

/** The value that Slack sends when exactly these keys are chosen. */
export function selectedValue(element: ChoiceElement, keys: readonly string[]): ElementValue {
  const options = optionsOf(element);
  const chosen =
    'options' in element || 'option_groups' in element
      ? options.filter(({ key }) => keys.includes(key)).map(({ option }) => option)
      : keys.filter((key) => key !== '');
  return {
    type: element.type,
    [SELECTED_FIELD[element.type]]: takesMany(element) ? [...chosen] : (chosen[0] ?? null),
  };
}

/** The keys chosen in a value made by `selectedValue`. */
export function selectedKeys(element: ChoiceElement, value: ElementValue | undefined): string[] {
  const chosen = value?.[SELECTED_FIELD[element.type]];
  return (Array.isArray(chosen) ? chosen : [chosen]).flatMap(keyOf);
}

/** The keys that the element has chosen when it appears. */
export function initialKeys(element: ChoiceElement): string[] {
  return Object.entries(element)
    .filter(([field]) => field.startsWith('initial_'))
    .flatMap(([, initial]) => (Array.isArray(initial) ? initial : [initial]).flatMap(keyOf));
}

function keyOf(chosen: unknown): string[] {
  if (typeof chosen === 'string') {
    return [chosen];
  }
  const isOption = typeof chosen === 'object' && chosen !== null && 'value' in chosen;
  return isOption ? [String(chosen.value)] : [];
}

function optionsOf(element: ChoiceElement): Choice[] {
  const groups = 'option_groups' in element ? (element.option_groups ?? []) : [];
  const options = 'options' in element ? (element.options ?? []) : [];
  return [
    ...options.map((option) => asChoice(option)),
    ...groups.flatMap((group) =>
      group.options.map((option) => ({ ...asChoice(option), group: group.label.text })),
    ),
  ];
}

function asChoice(option: Option): Choice {
  return { key: option.value ?? option.text.text, text: option.text.text, option };
}
