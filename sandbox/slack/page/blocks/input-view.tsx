import type { InputBlock } from '@slack/types';
import { useId } from 'react';
import { ElementView } from '../elements/element-view.js';
import { useSurface } from './surface.js';
import { Text } from './text.js';

/** An input with its label, hint, and what is wrong with it. */
export function InputView({ id, block }: { id: string; block: InputBlock }) {
  const error = useSurface().errors[id];
  const field = useId();
  const described = [block.hint && `${field}-hint`, error && `${field}-error`].filter(Boolean).join(' ');
  return (
    <div className={error ? 'input invalid' : 'input'}>
      <div className="input-label" id={`${field}-label`}>
        <Text text={block.label} />
        {block.optional && <span className="optional"> (optional)</span>}
      </div>
      <ElementView
        blockId={id}
        element={block.element}
        input={{
          labelledBy: `${field}-label`,
          describedBy: described,
          dispatch: block.dispatch_action === true,
        }}
      />
      {error && (
        <p className="error" id={`${field}-error`} role="alert">
          {error}
        </p>
      )}
      {block.hint && (
        <p className="hint" id={`${field}-hint`}>
          <Text text={block.hint} />
        </p>
      )}
    </div>
  );
}
