import { isObject, type JsonObject } from '../block-kit/rule.js';
import { elementsOf, everyBlock } from '../block-kit/walk.js';
import type { StateValues } from '../model.js';

/** Element type → the field of its value, the field of its initial value, and what an empty one holds. */
const INPUTS: Readonly<Record<string, readonly [string, string, null | []]>> = {
  plain_text_input: ['value', 'initial_value', null],
  number_input: ['value', 'initial_value', null],
  email_text_input: ['value', 'initial_value', null],
  url_text_input: ['value', 'initial_value', null],
  rich_text_input: ['rich_text_value', 'initial_value', null],
  static_select: ['selected_option', 'initial_option', null],
  external_select: ['selected_option', 'initial_option', null],
  radio_buttons: ['selected_option', 'initial_option', null],
  checkboxes: ['selected_options', 'initial_options', []],
  multi_static_select: ['selected_options', 'initial_options', []],
  multi_external_select: ['selected_options', 'initial_options', []],
  users_select: ['selected_user', 'initial_user', null],
  multi_users_select: ['selected_users', 'initial_users', []],
  conversations_select: ['selected_conversation', 'initial_conversation', null],
  multi_conversations_select: ['selected_conversations', 'initial_conversations', []],
  channels_select: ['selected_channel', 'initial_channel', null],
  multi_channels_select: ['selected_channels', 'initial_channels', []],
  datepicker: ['selected_date', 'initial_date', null],
  timepicker: ['selected_time', 'initial_time', null],
  datetimepicker: ['selected_date_time', 'initial_date_time', null],
};

/** What the app reads in `state.values`: every input of the blocks, typed in or not. */
export function stateOf(blocks: readonly JsonObject[], given: StateValues): StateValues {
  const values: StateValues = {};
  for (const [block] of everyBlock(blocks, '')) {
    for (const [element] of elementsOf(block)) {
      const input = INPUTS[String(element.type)];
      if (!input) continue;
      const [field, initialField, empty] = input;
      const [blockId, actionId] = [String(block.block_id), String(element.action_id)];
      const typed = given[blockId]?.[actionId];
      values[blockId] ??= {};
      values[blockId][actionId] = {
        type: element.type,
        [field]: typed && field in typed ? typed[field] : (element[initialField] ?? empty),
      };
    }
  }
  return values;
}

function isEmpty(value: JsonObject): boolean {
  const { type: _type, ...fields } = value;
  const only = Object.values(fields)[0];
  return only === null || only === undefined || only === '' || (Array.isArray(only) && only.length === 0);
}

function lengthError(element: JsonObject, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const { min_length: min, max_length: max } = element;
  if (typeof min === 'number' && value.length < min) return `Please use at least ${min} characters.`;
  if (typeof max === 'number' && value.length > max) return `Please use at most ${max} characters.`;
  if (element.type !== 'number_input') return undefined;
  const form = element.is_decimal_allowed === true ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  return form.test(value) ? undefined : 'Please enter a valid number.';
}

/** What Slack's client itself refuses before the app hears of a submission, by block_id. */
export function inputErrors(blocks: readonly JsonObject[], values: StateValues): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const [block] of everyBlock(blocks, '')) {
    if (block.type !== 'input' || !isObject(block.element)) continue;
    const id = String(block.block_id);
    const value = values[id]?.[String(block.element.action_id)] ?? {};
    if (isEmpty(value)) {
      if (block.optional !== true) errors[id] = 'Please complete this required field.';
      continue;
    }
    const error = lengthError(block.element, value.value);
    if (error !== undefined) errors[id] = error;
  }
  return errors;
}
