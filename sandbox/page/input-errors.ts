import type { InputBlock } from '@slack/types';
import type { IdentifiedBlock } from './blocks/block-kit.js';
import { type ElementValue, isEmptyValue, type Values } from './elements/element-value.js';

/** What Slack refuses before the bot hears of a submission, by block id: empty, too short, no number, out of range. */
export function inputErrors(blocks: readonly IdentifiedBlock[], values: Values): Record<string, string> {
  const errors = blocks.flatMap(({ id, block }) => {
    const error = block.type === 'input' ? inputError(block, values[id]) : undefined;
    return error === undefined ? [] : [[id, error]];
  });
  return Object.fromEntries(errors);
}

function inputError(block: InputBlock, values: Record<string, ElementValue> | undefined): string | undefined {
  const value = values?.[block.element.action_id ?? ''];
  if (value === undefined) {
    return undefined;
  }
  if (isEmptyValue(value)) {
    return block.optional === true ? undefined : 'Please complete this required field.';
  }
  return valueError(block.element, String(value.value));
}

function valueError(element: InputBlock['element'], entered: string): string | undefined {
  switch (element.type) {
    case 'plain_text_input':
      return element.min_length !== undefined && entered.length < element.min_length
        ? `This must be at least ${element.min_length} characters long.`
        : undefined;
    case 'number_input':
      return numberError(entered, element.is_decimal_allowed, element.min_value, element.max_value);
    case 'email_text_input':
      return /^\S+@\S+$/.test(entered) ? undefined : 'This is not an email address.';
    case 'url_text_input':
      return URL.canParse(entered) ? undefined : 'This is not a URL.';
    default:
      return undefined;
  }
}

function numberError(entered: string, decimals: boolean, min?: string, max?: string): string | undefined {
  const number = Number(entered);
  if (Number.isNaN(number) || (!decimals && !Number.isInteger(number))) {
    return decimals ? 'This is not a number.' : 'This is not a whole number.';
  }
  if (min !== undefined && number < Number(min)) {
    return `This must be at least ${min}.`;
  }
  if (max !== undefined && number > Number(max)) {
    return `This must be at most ${max}.`;
  }
  return undefined;
}
