import type { InputBlockElement, KnownBlock } from '@slack/types';
import { flattenBlocks, type IdentifiedBlock } from '../blocks/block-kit.js';
import { initialKeys, isChoiceElement, selectedValue } from './choices.js';
import type { ElementValue } from './element-shape.js';
import type { InteractiveElement } from './interactive-element.js';

/** block_id → action_id → value. */
export type Values = Record<string, Record<string, ElementValue>>;

/** The values that a surface starts with; what was entered before under the same ids is kept, as Slack does. */
export function startingValues(blocks: readonly IdentifiedBlock[], entered: Values = {}): Values {
  const values: Values = {};
  for (const { id, block } of flattenBlocks(blocks)) {
    for (const element of interactiveElements(block)) {
      const start = startingValue(element);
      if (start !== undefined && element.action_id !== undefined) {
        const before = entered[id]?.[element.action_id];
        values[id] = { ...values[id], [element.action_id]: before?.type === start.type ? before : start };
      }
    }
  }
  return values;
}

export function withValue(values: Values, blockId: string, actionId: string, value: ElementValue): Values {
  return { ...values, [blockId]: { ...values[blockId], [actionId]: value } };
}

function interactiveElements(block: KnownBlock): InteractiveElement[] {
  switch (block.type) {
    case 'actions':
      return block.elements;
    case 'input':
      return [block.element];
    case 'section':
      return block.accessory !== undefined && block.accessory.type !== 'image' ? [block.accessory] : [];
    default:
      return [];
  }
}

/** `undefined` for what holds no value: buttons and overflow menus. */
function startingValue(element: InteractiveElement): ElementValue | undefined {
  if (isChoiceElement(element)) {
    return selectedValue(element, initialKeys(element));
  }
  return startingText(element);
}

function startingText(element: InteractiveElement | InputBlockElement): ElementValue | undefined {
  switch (element.type) {
    case 'plain_text_input':
    case 'number_input':
    case 'email_text_input':
    case 'url_text_input':
      return { type: element.type, value: element.initial_value ?? null };
    case 'datepicker':
      return { type: element.type, selected_date: element.initial_date ?? null };
    case 'timepicker':
      return { type: element.type, selected_time: element.initial_time ?? null };
    case 'datetimepicker':
      return { type: element.type, selected_date_time: element.initial_date_time ?? null };
    default:
      return undefined;
  }
}
