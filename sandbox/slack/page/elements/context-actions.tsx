import type { FeedbackButtons, IconButton } from '@slack/types';
import { useConfirm } from '../blocks/confirm.js';
import { useSurface } from '../blocks/surface.js';

/** Thumbs up and down under a message. */
export function FeedbackView({ blockId, element }: { blockId: string; element: FeedbackButtons }) {
  const surface = useSurface();
  return [element.positive_button, element.negative_button].map((button) => (
    <button
      key={button.value}
      type="button"
      className="button"
      aria-label={button.accessibility_label}
      onClick={() =>
        surface.act(blockId, element.action_id ?? '', { type: 'feedback_buttons', value: button.value })
      }
    >
      {button.text.text}
    </button>
  ));
}

export function IconButtonView({ blockId, element }: { blockId: string; element: IconButton }) {
  const surface = useSurface();
  const confirm = useConfirm();
  const press = () =>
    surface.act(blockId, element.action_id ?? '', {
      type: 'icon_button',
      ...(element.value !== undefined && { value: element.value }),
    });
  return (
    <button
      type="button"
      className="button"
      aria-label={element.accessibility_label}
      onClick={() => confirm(element.confirm, press)}
    >
      {element.text.text}
    </button>
  );
}
