import type { ReactNode } from 'react';
import type { PageModal } from '../protocol.js';
import { Dialog } from './dialog.js';
import { useSend } from './link.js';
import { ModalView } from './modal-view.js';

interface Props {
  user: string;
  /** The lowest first. */
  modals: PageModal[];
  notices: ReactNode;
}

/** The stack of modals. Only the top one shows; the ones below keep what was entered in them. */
export function ModalStack({ user, modals, notices }: Props) {
  const send = useSend();
  const stack = [...modals].sort((a, b) => a.depth - b.depth);
  const top = stack.at(-1);
  if (top === undefined) {
    return null;
  }
  return (
    <Dialog
      label={top.title}
      className="modal"
      onClose={() => send({ type: 'close_modal', user, viewId: top.viewId })}
    >
      {stack.map((modal) => (
        <div key={modal.viewId} hidden={modal !== top}>
          <ModalView user={user} modal={modal} notices={notices} />
        </div>
      ))}
    </Dialog>
  );
}
