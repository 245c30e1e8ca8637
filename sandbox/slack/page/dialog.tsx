import { type ReactNode, useEffect, useRef } from 'react';

interface Props {
  label: string;
  className: string;
  /** Escape was pressed. The owner decides whether the dialog goes. */
  onClose: () => void;
  children: ReactNode;
}

/** The browser's own modal dialog: it keeps the focus inside, and stands above everything else. */
export function Dialog({ label, className, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // The first field, else the first button below: never the cross that closes what was just opened.
    const first =
      dialog.current?.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea)') ??
      dialog.current?.querySelector<HTMLElement>('footer button');
    first?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      className={className}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      {children}
    </dialog>
  );
}
