import { HOME } from './chosen.js';
import { type PageState, visibleChannels } from './page-state.js';
import { faultsOf } from './panels/faults.js';
import type { PanelChoice } from './panels/side-panel.js';
import { useUnread } from './unread.js';

interface Props {
  state: PageState;
  user: string;
  place: string;
  /** Only told apart at phone width, where the bar is hidden until asked for. */
  open: boolean;
  onClose: () => void;
  onUser: (id: string) => void;
  onPlace: (place: string) => void;
  onPanel: (panel: PanelChoice) => void;
}

export function Sidebar({ state, user, place, open, onClose, onUser, onPlace, onPanel }: Props) {
  const incidents = state.incidents.filter(({ active }) => active).length;
  const faults = faultsOf(state.misbehaviour).length;
  const visible = visibleChannels(state, user);
  const channels = visible.filter(({ im }) => im === undefined);
  const direct = visible.filter(({ im }) => im !== undefined);
  const unread = useUnread(state, user, place);
  return (
    <>
      {open && <button type="button" className="shade" aria-label="Close the menu" onClick={onClose} />}
      <nav className={open ? 'sidebar open' : 'sidebar'} aria-label="Workspace">
        <h1>{state.teamName}</h1>
        <p className={state.botConnected ? 'bot-state on' : 'bot-state'} data-testid="bot-state">
          {state.botConnected ? '● Bot connected' : '○ Bot not connected'}
        </p>
        <label className="who">
          I am
          <select aria-label="I am" value={user} onChange={(event) => onUser(event.target.value)}>
            {state.users.map(({ id, name, role }) => (
              <option key={id} value={id}>
                {name} · {role}
              </option>
            ))}
          </select>
        </label>
        <h2>Channels</h2>
        {channels.map(({ id, name }) => (
          <PlaceButton key={id} label={`# ${name}`} chosen={place === id} onClick={() => onPlace(id)} />
        ))}
        {direct.length > 0 && <h2>Direct messages</h2>}
        {direct.map(({ id, name }) => (
          <PlaceButton
            key={id}
            label={name}
            chosen={place === id}
            unread={unread(id)}
            onClick={() => onPlace(id)}
          />
        ))}
        <h2>Apps</h2>
        <PlaceButton label="Home" chosen={place === HOME} onClick={() => onPlace(HOME)} />
        <h2>Simulation</h2>
        <MenuButton label="Incidents" count={incidents} onClick={() => onPanel({ kind: 'incidents' })} />
        <MenuButton
          label="Slack misbehaves"
          count={faults}
          onClick={() => onPanel({ kind: 'misbehaviour' })}
        />
      </nav>
    </>
  );
}

interface PlaceProps {
  label: string;
  chosen: boolean;
  unread?: number;
  onClick: () => void;
}

function PlaceButton({ label, chosen, unread = 0, onClick }: PlaceProps) {
  return (
    <button type="button" className="place" aria-current={chosen ? 'page' : undefined} onClick={onClick}>
      {label}
      {unread > 0 && <span className="count">{unread} new</span>}
    </button>
  );
}

function MenuButton({ label, count, onClick }: { label: string; count: number; onClick: () => void }) {
  return (
    <button type="button" className="place" onClick={onClick}>
      {label}
      {count > 0 && <span className="count">{count} on</span>}
    </button>
  );
}
