import type { EmailInput, NumberInput, PlainTextInput, URLInput } from '@slack/types';
import type { KeyboardEvent } from 'react';
import type { ElementProps, ElementValue } from './element-shape.js';

type TextElement = PlainTextInput | NumberInput | EmailInput | URLInput;

interface Props extends ElementProps<TextElement> {
  /** Tells the bot, at the moment that `dispatch_action_config` names. */
  onDispatch?: (value: ElementValue) => void;
}

const INPUT_TYPE = {
  plain_text_input: 'text',
  number_input: 'number',
  email_text_input: 'email',
  url_text_input: 'url',
} as const;

export function TextInput({ element, value, onChange, onDispatch, naming }: Props) {
  const moments = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  const entered = (text: string): ElementValue => ({ type: element.type, value: text === '' ? null : text });
  const change = (text: string) => {
    const tell = moments.includes('on_character_entered') ? onDispatch : undefined;
    (tell ?? onChange)(entered(text));
  };
  const common = {
    ...naming,
    className: 'field',
    value: String(value?.value ?? ''),
    placeholder: element.placeholder?.text,
    autoFocus: element.focus_on_load === true,
  };
  if (element.type === 'plain_text_input' && element.multiline) {
    return (
      <textarea
        {...common}
        rows={4}
        maxLength={element.max_length}
        onChange={(event) => change(event.target.value)}
      />
    );
  }
  return (
    <input
      {...common}
      {...bounds(element)}
      type={INPUT_TYPE[element.type]}
      onChange={(event) => change(event.target.value)}
      onKeyDown={(event: KeyboardEvent<HTMLInputElement>) => {
        if (event.key === 'Enter' && onDispatch !== undefined && moments.includes('on_enter_pressed')) {
          event.preventDefault();
          onDispatch(entered(event.currentTarget.value));
        }
      }}
    />
  );
}

function bounds(element: TextElement) {
  if (element.type === 'number_input') {
    return {
      min: element.min_value,
      max: element.max_value,
      step: element.is_decimal_allowed ? 'any' : 1,
    };
  }
  return element.type === 'plain_text_input' ? { maxLength: element.max_length } : {};
}
