import type { RadioButtons, TextObject } from '@slack/types';
import { useId } from 'react';
import { Text } from '../blocks/text.js';
import { useDirectory } from '../directory.js';
import { type Choice, type ChoiceElement, choicesOf, selectedKeys, selectedValue } from './choices.js';
import type { ElementProps } from './element-shape.js';

/** A select of one: the browser's own, which every keyboard and phone knows. */
export function OneOfSelect({ element, value, onChange, naming }: ElementProps<ChoiceElement>) {
  const choices = choicesOf(element, useDirectory());
  const placeholder = 'placeholder' in element ? element.placeholder?.text : undefined;
  const named = 'aria-labelledby' in naming ? naming : { ...naming, 'aria-label': placeholder ?? 'Select' };
  const groups = [...new Set(choices.map(({ group }) => group))];
  return (
    <select
      {...named}
      className="field"
      value={selectedKeys(element, value)[0] ?? ''}
      onChange={(event) => onChange(selectedValue(element, [event.target.value]))}
    >
      <option value="">{placeholder ?? 'Select an option'}</option>
      {groups.map((group) =>
        group === undefined ? (
          <Options key="" choices={choices.filter((choice) => choice.group === undefined)} />
        ) : (
          <optgroup key={group} label={group}>
            <Options choices={choices.filter((choice) => choice.group === group)} />
          </optgroup>
        ),
      )}
    </select>
  );
}

function Options({ choices }: { choices: Choice[] }) {
  return choices.map(({ key, text }) => (
    <option key={key} value={key}>
      {text}
    </option>
  ));
}

export function RadioView({ element, value, onChange, naming }: ElementProps<RadioButtons>) {
  const name = useId();
  const chosen = selectedKeys(element, value)[0];
  return (
    <div role="radiogroup" className="choices" {...naming}>
      {element.options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            checked={chosen === option.value}
            onChange={() => onChange(selectedValue(element, [option.value ?? '']))}
          />
          <OptionText text={option.text} {...(option.description && { description: option.description })} />
        </label>
      ))}
    </div>
  );
}

export function OptionText({ text, description }: { text: TextObject; description?: TextObject }) {
  return (
    <span>
      <Text text={text} />
      {description && (
        <span className="description">
          <Text text={description} />
        </span>
      )}
    </span>
  );
}
