import { type ReactNode, useEffect } from 'react';
import type { PageMessage } from '../../protocol.js';
import type { PageState } from '../page-state.js';
import { Incidents } from './incidents.js';
import { MisbehaviourForm } from './misbehaviour-form.js';
import { Thread } from './thread.js';

/** What the panel on the right shows. */
export type PanelChoice = { kind: 'thread'; ts: string } | { kind: 'incidents' } | { kind: 'misbehaviour' };

const TITLES = { thread: 'Thread', incidents: 'Incidents', misbehaviour: 'Slack misbehaves' };

interface Props {
  choice: PanelChoice;
  state: PageState;
  user: string;
  channel: string;
  messages: PageMessage[];
  onClose: () => void;
}

export function SidePanel({ choice, state, user, channel, messages, onClose }: Props) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const dialogOpen = document.querySelector('dialog[open]') !== null;
      if (event.key === 'Escape' && !dialogOpen && !event.defaultPrevented) {
        onClose();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onClose]);
  return (
    <aside className="panel" aria-label={TITLES[choice.kind]}>
      <header className="page-header">
        <h2>{TITLES[choice.kind]}</h2>
        <button type="button" className="close" aria-label="Close the panel" onClick={onClose}>
          ✕
        </button>
      </header>
      {panelContent()}
    </aside>
  );

  function panelContent(): ReactNode {
    switch (choice.kind) {
      case 'thread':
        return <Thread key={choice.ts} user={user} channel={channel} ts={choice.ts} messages={messages} />;
      case 'incidents':
        return <Incidents incidents={state.incidents} />;
      case 'misbehaviour':
        return <MisbehaviourForm misbehaviour={state.misbehaviour} />;
    }
  }
}
