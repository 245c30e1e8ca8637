import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import type { PageCommand } from '../protocol.js';
import { Composer } from './composer.js';
import { HintList } from './hint-list.js';
import { matchingHints } from './hints.js';
import { useSend } from './link.js';

interface Props {
  user: string;
  channel: string;
  name: string;
  commands: PageCommand[];
}

/** The composer of a channel: `/` lists the commands; arrows choose, Tab completes, Enter sends what stands there. */
export function ChannelComposer({ user, channel, name, commands }: Props) {
  const send = useSend();
  const listId = useId();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(-1);
  const [dismissed, setDismissed] = useState(false);
  const hints = dismissed ? [] : matchingHints(commands, text);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text makes another list.
  useEffect(() => setChosen(-1), [text]);

  const type = (typed: string) => {
    setText(typed);
    setDismissed(false);
  };
  const complete = (index: number) => {
    const hint = hints[index];
    if (hint) {
      type(`${hint.text} `);
    }
  };
  /** @returns true where the key was for the list. */
  const onListKey = (event: KeyboardEvent): boolean => {
    if (hints.length === 0) {
      return false;
    }
    switch (event.key) {
      case 'ArrowDown':
        setChosen((chosen + 1) % hints.length);
        return true;
      case 'ArrowUp':
        setChosen(chosen <= 0 ? hints.length - 1 : chosen - 1);
        return true;
      case 'Tab':
        complete(Math.max(chosen, 0));
        return true;
      case 'Enter':
        complete(chosen);
        return chosen >= 0;
      case 'Escape':
        setDismissed(true);
        return true;
      default:
        return false;
    }
  };
  return (
    <div className="composer-area">
      {hints.length > 0 && <HintList id={listId} hints={hints} chosen={chosen} onChoose={complete} />}
      <Composer
        label={`Message ${name}`}
        text={text}
        onText={type}
        onKey={onListKey}
        onSend={() => {
          send({ type: 'say', user, channel, text: text.trim() });
          setText('');
        }}
        {...(hints.length > 0 && { list: { id: listId, chosen } })}
      />
    </div>
  );
}
