import { useDirectory } from '../directory.js';
import { type ChoiceElement, choicesOf, selectedKeys, selectedValue } from './choices.js';
import type { ElementProps } from './element-shape.js';
import { OptionText } from './one-choice.js';

/** Checkboxes, and every select of many as a list of checkboxes: all of it is seen at once. */
export function ManyChoices({ element, value, onChange, naming }: ElementProps<ChoiceElement>) {
  const choices = choicesOf(element, useDirectory());
  const chosen = selectedKeys(element, value);
  const most = 'max_selected_items' in element ? (element.max_selected_items ?? Infinity) : Infinity;
  const toggle = (key: string) =>
    onChange(
      selectedValue(
        element,
        chosen.includes(key) ? chosen.filter((other) => other !== key) : [...chosen, key],
      ),
    );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend; the label stands outside.
    <div role="group" className={element.type === 'checkboxes' ? 'choices' : 'choices list'} {...naming}>
      {choices.map(({ key, text, option }) => (
        <label key={key}>
          <input
            type="checkbox"
            checked={chosen.includes(key)}
            disabled={!chosen.includes(key) && chosen.length >= most}
            onChange={() => toggle(key)}
          />
          {option ? (
            <OptionText text={option.text} {...(option.description && { description: option.description })} />
          ) : (
            text
          )}
        </label>
      ))}
    </div>
  );
}
