import { useConfirm } from '../blocks/confirm.js';
import { LibraryBlock } from '../blocks/library-block.js';
import { useSurface } from '../blocks/surface.js';
import { ButtonView } from './button.js';
import { isChoiceElement, takesMany } from './choices.js';
import { DateView } from './date-input.js';
import type { ElementValue } from './element-shape.js';
import type { InteractiveElement } from './interactive-element.js';
import { ManyChoices } from './many-choices.js';
import { OneOfSelect, RadioView } from './one-choice.js';
import { OverflowView } from './overflow.js';
import { TextInput } from './text-input.js';

/** Set for an element of an `input` block: it keeps its value, and tells the bot only where `dispatch` says so. */
export interface InputContext {
  labelledBy: string;
  describedBy: string;
  dispatch: boolean;
}

interface Props {
  blockId: string;
  element: InteractiveElement;
  input?: InputContext;
}

/** One interactive element. Those of slack-blocks-to-jsx draw well but tell nobody what a person did. */
export function ElementView({ blockId, element, input }: Props) {
  if (element.type === 'button') {
    return <ButtonView blockId={blockId} element={element} />;
  }
  if (element.type === 'overflow') {
    return <OverflowView blockId={blockId} element={element} />;
  }
  return <ValueElement blockId={blockId} element={element} {...(input && { input })} />;
}

function ValueElement({ blockId, element, input }: Props) {
  const surface = useSurface();
  const confirm = useConfirm();
  const actionId = element.action_id ?? '';
  const tells = input === undefined || input.dispatch;
  const act = (value: ElementValue) => {
    confirm('confirm' in element ? element.confirm : undefined, () =>
      surface.act(blockId, actionId, value, value),
    );
  };
  const enter = (value: ElementValue) => surface.enter(blockId, actionId, value);
  const common = {
    value: surface.values[blockId]?.[actionId],
    onChange: tells ? act : enter,
    naming: {
      ...(input && { 'aria-labelledby': input.labelledBy }),
      ...(input?.describedBy && { 'aria-describedby': input.describedBy }),
    },
  };
  if (isChoiceElement(element)) {
    if (element.type === 'radio_buttons') {
      return <RadioView {...common} element={element} />;
    }
    return takesMany(element) ? (
      <ManyChoices {...common} element={element} />
    ) : (
      <OneOfSelect {...common} element={element} />
    );
  }
  switch (element.type) {
    case 'plain_text_input':
    case 'number_input':
    case 'email_text_input':
    case 'url_text_input':
      return <TextInput {...common} element={element} onChange={enter} {...(tells && { onDispatch: act })} />;
    case 'datepicker':
    case 'timepicker':
    case 'datetimepicker':
      return <DateView {...common} element={element} />;
    default:
      return <LibraryBlock block={{ type: 'actions', elements: [element] }} />;
  }
}
