import type { Misbehaviour } from '../../protocol.js';

/** The fields of the form, each as it stands in its input. */
export interface MisbehaviourDraft {
  status: string;
  method: string;
  count: number;
  retryAfterSecs: number;
  apiDelayMs: number;
  lostMethod: string;
  lostCount: number;
  deliverTimes: number;
  deliverDelayMs: number;
}

export function draftOf({ api, apiLostReplies, ...rest }: Misbehaviour): MisbehaviourDraft {
  return {
    status: api ? String(api.status) : '',
    method: api?.method ?? '*',
    count: api?.count ?? 1,
    retryAfterSecs: api?.retryAfterSecs ?? 2,
    apiDelayMs: rest.apiDelayMs ?? 0,
    lostMethod: apiLostReplies?.method ?? 'chat.postMessage',
    lostCount: apiLostReplies?.count ?? 0,
    deliverTimes: rest.deliverTimes ?? 1,
    deliverDelayMs: rest.deliverDelayMs ?? 0,
  };
}

/** The faults that the draft asks for, without those that change nothing. */
export function misbehaviourOf(draft: MisbehaviourDraft): Misbehaviour {
  return {
    ...apiFault(draft),
    ...(draft.lostCount > 0 && {
      apiLostReplies: { method: draft.lostMethod || '*', count: draft.lostCount },
    }),
    ...(draft.apiDelayMs > 0 && { apiDelayMs: draft.apiDelayMs }),
    ...(draft.deliverTimes > 1 && { deliverTimes: draft.deliverTimes }),
    ...(draft.deliverDelayMs > 0 && { deliverDelayMs: draft.deliverDelayMs }),
  };
}

function apiFault({ status, method, count, retryAfterSecs }: MisbehaviourDraft): Pick<Misbehaviour, 'api'> {
  if (status === '' || count === 0) {
    return {};
  }
  const call = { method: method || '*', count };
  return { api: status === '429' ? { ...call, status: 429, retryAfterSecs } : { ...call, status: 500 } };
}
