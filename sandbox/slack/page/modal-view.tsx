import { type FormEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { PageModal } from '../protocol.js';
import { BlockList } from './blocks/block-list.js';
import { SurfaceProvider } from './blocks/surface.js';
import { useIdentified } from './blocks/use-identified.js';
import type { Values } from './elements/element-value.js';
import { useSend } from './link.js';

/** Slack gives the bot three seconds; after that the person may try again. */
const SUBMIT_LIMIT_MS = 4000;

interface Props {
  user: string;
  modal: PageModal;
  notices: ReactNode;
}

export function ModalView({ user, modal, notices }: Props) {
  const send = useSend();
  const blocks = useIdentified(modal.blocks);
  const values = useRef<Values>({});
  const keepValues = useCallback((entered: Values) => {
    values.current = entered;
  }, []);
  const [submitting, setSubmitting] = useSubmitting(modal);
  const close = () => send({ type: 'close_modal', user, viewId: modal.viewId });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!submitting) {
      setSubmitting(true);
      send({ type: 'submit', user, viewId: modal.viewId, state: values.current });
    }
  };
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (modal.errors !== undefined) {
      form.current?.querySelector<HTMLElement>('.invalid :is(input, select, textarea)')?.focus();
    }
  }, [modal.errors]);
  return (
    <form ref={form} noValidate onSubmit={submit}>
      <header>
        <h2>{modal.title}</h2>
        <button type="button" className="close" aria-label="Close" onClick={close}>
          ✕
        </button>
      </header>
      <div className="dialog-body">
        <SurfaceProvider
          user={user}
          container={{ kind: 'modal', viewId: modal.viewId }}
          blocks={blocks}
          {...(modal.errors && { errors: modal.errors })}
          onValues={keepValues}
        >
          <BlockList blocks={blocks} />
        </SurfaceProvider>
        {notices}
      </div>
      <footer>
        <button type="button" className="button" onClick={close}>
          {modal.close ?? 'Cancel'}
        </button>
        {modal.submit !== undefined && (
          <button type="submit" className="button primary" disabled={submitting}>
            {submitting ? 'Sending…' : modal.submit}
          </button>
        )}
      </footer>
    </form>
  );
}

/** True from the click until the bot's answer changes the modal, or its time is over. */
function useSubmitting(modal: PageModal) {
  const [submitting, setSubmitting] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever comes for this modal is the answer.
  useEffect(() => setSubmitting(false), [modal]);
  useEffect(() => {
    if (submitting) {
      const timer = window.setTimeout(() => setSubmitting(false), SUBMIT_LIMIT_MS);
      return () => window.clearTimeout(timer);
    }
    return undefined;
  }, [submitting]);
  return [submitting, setSubmitting] as const;
}
