import type { KeyboardEvent } from 'react';

interface Props {
  label: string;
  text: string;
  onText: (text: string) => void;
  onSend: () => void;
  /** Sees each key first; true: it was used. */
  onKey?: (event: KeyboardEvent) => boolean;
  /** The list that the keys move in. */
  list?: { id: string; chosen: number };
}

/** The box that one types in. Enter sends, Shift and Enter makes a new line. */
export function Composer({ label, text, onText, onSend, onKey, list }: Props) {
  const submit = () => {
    if (text.trim() !== '') {
      onSend();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (onKey?.(event)) {
      event.preventDefault();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    }
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        aria-label={label}
        placeholder={label}
        rows={Math.min(6, text.split('\n').length)}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
        aria-autocomplete={onKey && 'list'}
        aria-controls={list?.id}
        aria-activedescendant={list && list.chosen >= 0 ? `${list.id}-${list.chosen}` : undefined}
      />
      <button type="submit" className="button primary" disabled={text.trim() === ''}>
        Send
      </button>
    </form>
  );
}
