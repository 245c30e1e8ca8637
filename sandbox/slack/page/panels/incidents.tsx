import { useId } from 'react';
import type { PageIncident } from '../../protocol.js';
import { useSend } from '../link.js';

/** The incidents that can be caused, grouped by what they hit. */
export function Incidents({ incidents }: { incidents: PageIncident[] }) {
  const hosts = [...new Set(incidents.map(({ host }) => host))];
  return (
    <div className="panel-body">
      <p className="hint">Cause one, then run a check: the next report must show it.</p>
      {incidents.length === 0 && <p className="empty">There is nothing to break here.</p>}
      {hosts.map((host) => (
        <section key={host} aria-label={host === '' ? 'Data feed' : host}>
          <h3>{host === '' ? 'Data feed' : host}</h3>
          {incidents
            .filter((incident) => incident.host === host)
            .map((incident) => (
              <IncidentSwitch key={incident.id} incident={incident} />
            ))}
        </section>
      ))}
    </div>
  );
}

function IncidentSwitch({ incident }: { incident: PageIncident }) {
  const send = useSend();
  const id = useId();
  const { active, host } = incident;
  return (
    <div className="incident">
      <div>
        <span id={`${id}-title`}>{incident.title}</span>
        <p className="hint" id={`${id}-description`}>
          {incident.description}
        </p>
      </div>
      <button
        type="button"
        role="switch"
        className="switch"
        aria-checked={active}
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-description`}
        onClick={() => send({ type: 'incident', id: incident.id, host, active: !active })}
      >
        {active ? 'On' : 'Off'}
      </button>
    </div>
  );
}
