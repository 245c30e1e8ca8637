import { useEffect, useRef } from 'react';
import type { Hint } from './hints.js';

interface Props {
  id: string;
  hints: Hint[];
  /** Index of the highlighted line; -1 for none. */
  chosen: number;
  onChoose: (index: number) => void;
}

export function HintList({ id, hints, chosen, onChoose }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div id={id} ref={list} className="hints" role="listbox" aria-label="Commands">
      {hints.map((hint, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled where the focus is, in the composer.
        <div
          key={hint.text}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(index)}
        >
          <span className="hint-text">
            {hint.text} {hint.usage && <span className="hint-usage">{hint.usage}</span>}
          </span>
          <span className="hint-description">{hint.description}</span>
        </div>
      ))}
    </div>
  );
}
