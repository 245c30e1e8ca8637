import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { PageRequest } from '../../protocol.js';
import type { ElementValue } from '../elements/element-shape.js';
import { startingValues, type Values, withValue } from '../elements/element-value.js';
import { useSend } from '../link.js';
import type { IdentifiedBlock } from './block-kit.js';

type Action = Extract<PageRequest, { type: 'action' }>;

/** What holds blocks and their values: one message, one modal, or the Home of the bot. */
export interface Surface {
  values: Values;
  /** What is wrong with an input, by block id. */
  errors: Record<string, string>;
  /** Keeps a value without telling the bot. */
  enter(blockId: string, actionId: string, value: ElementValue): void;
  /** Tells the bot; `value` is kept first where the element holds one, so that the state sent has it. */
  act(blockId: string, actionId: string, payload: ElementValue, value?: ElementValue): void;
}

const SurfaceContext = createContext<Surface>({
  values: {},
  errors: {},
  enter: () => undefined,
  act: () => undefined,
});

export function useSurface(): Surface {
  return useContext(SurfaceContext);
}

interface Props {
  user: string;
  container: Action['container'];
  blocks: IdentifiedBlock[];
  errors?: Record<string, string>;
  /** Gets the values at each change: a modal sends them when it is submitted. */
  onValues?: (values: Values) => void;
  children: ReactNode;
}

export function SurfaceProvider({ user, container, blocks, errors = {}, onValues, children }: Props) {
  const send = useSend();
  const [entered, setEntered] = useState<Values>({});
  const values = useMemo(() => startingValues(blocks, entered), [blocks, entered]);
  // Two changes before the next render must both count.
  const latest = useRef(values);
  latest.current = values;
  useEffect(() => onValues?.(values), [onValues, values]);

  const enter: Surface['enter'] = (blockId, actionId, value) => {
    latest.current = withValue(latest.current, blockId, actionId, value);
    setEntered(latest.current);
  };
  const act: Surface['act'] = (blockId, actionId, payload, value) => {
    if (value !== undefined) {
      enter(blockId, actionId, value);
    }
    send({ type: 'action', user, container, blockId, actionId, payload, state: latest.current });
  };
  return <SurfaceContext value={{ values, errors, enter, act }}>{children}</SurfaceContext>;
}
