import type { Overflow } from '@slack/types';
import { useRef } from 'react';
import { useConfirm } from '../blocks/confirm.js';
import { useSurface } from '../blocks/surface.js';

/** The menu behind three dots. */
export function OverflowView({ blockId, element }: { blockId: string; element: Overflow }) {
  const surface = useSurface();
  const confirm = useConfirm();
  const menu = useRef<HTMLDetailsElement>(null);
  const choose = (option: Overflow['options'][number]) => {
    menu.current?.removeAttribute('open');
    const payload = { type: 'overflow', selected_option: option };
    confirm(element.confirm, () => surface.act(blockId, element.action_id ?? '', payload));
  };
  const close = () => menu.current?.removeAttribute('open');
  return (
    <details
      className="overflow"
      ref={menu}
      onKeyDown={(event) => event.key === 'Escape' && close()}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
    >
      <summary className="button" aria-label="More actions">
        ⋯
      </summary>
      <div role="menu">
        {element.options.map((option) => (
          <button
            key={option.value ?? option.text.text}
            type="button"
            role="menuitem"
            onClick={() => choose(option)}
          >
            {option.text.text}
          </button>
        ))}
      </div>
    </details>
  );
}
