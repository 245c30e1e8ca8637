import type { Button } from '@slack/types';
import { useConfirm } from '../blocks/confirm.js';
import { useSurface } from '../blocks/surface.js';
import { Text } from '../blocks/text.js';

export function ButtonView({ blockId, element }: { blockId: string; element: Button }) {
  const surface = useSurface();
  const confirm = useConfirm();
  const press = () => {
    if (element.url !== undefined) {
      window.open(element.url, '_blank', 'noopener');
    }
    surface.act(blockId, element.action_id ?? '', {
      type: 'button',
      ...(element.value !== undefined && { value: element.value }),
      text: element.text,
    });
  };
  return (
    <button
      type="button"
      className={`button ${element.style ?? ''}`}
      aria-label={element.accessibility_label}
      onClick={() => confirm(element.confirm, press)}
    >
      <Text text={element.text} />
    </button>
  );
}
