import { type FormEvent, useState } from 'react';
import type { Misbehaviour } from '../../protocol.js';
import { useSend } from '../link.js';
import { faultsOf } from './faults.js';
import { draftOf, type MisbehaviourDraft, misbehaviourOf } from './misbehaviour-draft.js';
import { MethodField, NumberField } from './misbehaviour-fields.js';

/** Faults that the local Slack commits on purpose; what is on now stands first. */
export function MisbehaviourForm({ misbehaviour }: { misbehaviour: Misbehaviour }) {
  const send = useSend();
  const [draft, setDraft] = useState(() => draftOf(misbehaviour));
  const set = (change: Partial<MisbehaviourDraft>) => setDraft({ ...draft, ...change });
  const apply = (event: FormEvent) => {
    event.preventDefault();
    send({ type: 'misbehave', misbehaviour: misbehaviourOf(draft) });
  };
  const behave = () => {
    setDraft(draftOf({}));
    send({ type: 'misbehave', misbehaviour: {} });
  };
  return (
    <form className="panel-body" onSubmit={apply}>
      <CurrentFaults faults={faultsOf(misbehaviour)} />
      <fieldset>
        <legend>Web API answers</legend>
        <label>
          Answer
          <select
            aria-label="Answer"
            value={draft.status}
            onChange={(event) => set({ status: event.target.value })}
          >
            <option value="">as it should</option>
            <option value="429">429 rate limit</option>
            <option value="500">500 error</option>
          </select>
        </label>
        <NumberField label="For the next calls" value={draft.count} onChange={(count) => set({ count })} />
        <MethodField label="Of the method" value={draft.method} onChange={(method) => set({ method })} />
        {draft.status === '429' && (
          <NumberField
            label="Retry-After, s"
            value={draft.retryAfterSecs}
            onChange={(retryAfterSecs) => set({ retryAfterSecs })}
          />
        )}
        <NumberField
          label="Delay, ms"
          value={draft.apiDelayMs}
          onChange={(apiDelayMs) => set({ apiDelayMs })}
        />
      </fieldset>
      <fieldset>
        <legend>Lost replies</legend>
        <NumberField
          label="Lose the next"
          value={draft.lostCount}
          onChange={(lostCount) => set({ lostCount })}
        />
        <MethodField
          label="Replies of the method"
          value={draft.lostMethod}
          onChange={(lostMethod) => set({ lostMethod })}
        />
      </fieldset>
      <fieldset>
        <legend>Deliveries to the bot</legend>
        <NumberField
          label="Deliver each, times"
          value={draft.deliverTimes}
          min={1}
          onChange={(deliverTimes) => set({ deliverTimes })}
        />
        <NumberField
          label="Delivery delay, ms"
          value={draft.deliverDelayMs}
          onChange={(deliverDelayMs) => set({ deliverDelayMs })}
        />
      </fieldset>
      <div className="actions">
        <button type="submit" className="button primary">
          Misbehave
        </button>
        <button type="button" className="button" onClick={behave}>
          Behave again
        </button>
        <button type="button" className="button danger" onClick={() => send({ type: 'drop_socket' })}>
          Drop the socket
        </button>
      </div>
    </form>
  );
}

function CurrentFaults({ faults }: { faults: string[] }) {
  return (
    <div role="status" className="faults" data-testid="faults">
      {faults.length === 0 ? 'Slack behaves.' : faults.map((fault) => <p key={fault}>{fault}</p>)}
    </div>
  );
}
