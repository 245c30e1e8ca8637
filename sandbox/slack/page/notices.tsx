import type { Notice } from './page-state.js';

/** What Slack itself says to this person: a command that failed, a button that nobody answered. */
export function Notices({ notices, onDismiss }: { notices: Notice[]; onDismiss: (id: number) => void }) {
  return (
    <div className="notices">
      {notices.map(({ id, text }) => (
        <div key={id} className="notice" role="alert" data-testid="notice">
          <div>
            <p className="only-you">Slack · only visible to you</p>
            {text}
          </div>
          <button type="button" aria-label="Dismiss" onClick={() => onDismiss(id)}>
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}
