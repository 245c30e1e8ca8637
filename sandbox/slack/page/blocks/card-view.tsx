import type { CardBlock } from '@slack/types';
import { ElementView } from '../elements/element-view.js';
import { LibraryBlock } from './library-block.js';

/** A card: the library draws it, its buttons are the page's own. */
export function CardView({ id, card }: { id: string; card: CardBlock }) {
  const { actions = [], ...rest } = card;
  return (
    <div>
      <LibraryBlock block={rest} />
      <div className="actions">
        {actions.map((button, index) => (
          <ElementView key={button.action_id ?? index} blockId={id} element={button} />
        ))}
      </div>
    </div>
  );
}
