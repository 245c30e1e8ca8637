import type { ConfirmationDialog } from '@slack/types';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Dialog } from '../dialog.js';
import { Text } from './text.js';

/** Runs `proceed` at once, or after a yes where the element asks for a confirmation. */
type Confirm = (dialog: ConfirmationDialog | undefined, proceed: () => void) => void;

const ConfirmContext = createContext<Confirm>((_dialog, proceed) => proceed());

export function useConfirm(): Confirm {
  return useContext(ConfirmContext);
}

interface Question {
  dialog: ConfirmationDialog;
  proceed: () => void;
}

/** Shows the confirm dialogs of buttons, selects and menus. */
export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question>();
  const confirm = useCallback<Confirm>((dialog, proceed) => {
    if (dialog === undefined) {
      proceed();
    } else {
      setQuestion({ dialog, proceed });
    }
  }, []);
  return (
    <ConfirmContext value={confirm}>
      {children}
      {question && <ConfirmDialog question={question} onDone={() => setQuestion(undefined)} />}
    </ConfirmContext>
  );
}

function ConfirmDialog({ question, onDone }: { question: Question; onDone: () => void }) {
  const { dialog, proceed } = question;
  return (
    <Dialog label={dialog.title?.text ?? 'Are you sure?'} className="confirm" onClose={onDone}>
      <h2>{dialog.title?.text ?? 'Are you sure?'}</h2>
      <div className="dialog-body">
        <Text text={dialog.text} />
      </div>
      <footer>
        <button type="button" className="button" onClick={onDone}>
          {dialog.deny?.text ?? 'Cancel'}
        </button>
        <button
          type="button"
          className={`button ${dialog.style === 'danger' ? 'danger' : 'primary'}`}
          onClick={() => {
            onDone();
            proceed();
          }}
        >
          {dialog.confirm?.text ?? 'Yes'}
        </button>
      </footer>
    </Dialog>
  );
}
