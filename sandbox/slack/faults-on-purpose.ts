import type { Misbehaviour } from './protocol.js';

/** The faults that the local Slack is told to commit, counted down as they are committed. */
export interface FaultsOnPurpose {
  readonly current: Misbehaviour;
  /** Replaces what was set before; an empty object ends all misbehaviour. */
  set(misbehaviour: Misbehaviour): void;
  /** The status to answer instead of taking the call. */
  refuse(method: string): { status: 429 | 500; retryAfterSecs: number } | undefined;
  /** Shall the answer of this call be lost? */
  loseReply(method: string): boolean;
}

/** What stands for a response_url where a method is named; `*` means the methods of the Web API. */
export const RESPONSE_URL = 'response_url';

const matches = (fault: { method: string; count: number }, method: string) =>
  fault.method === method || (fault.method === '*' && method !== RESPONSE_URL);

/** @param onChange told when what is set has become less. */
export function createFaultsOnPurpose(onChange: (left: Misbehaviour) => void): FaultsOnPurpose {
  let current: Misbehaviour = {};

  function commit<Name extends 'api' | 'apiLostReplies'>(
    name: Name,
    method: string,
  ): Misbehaviour[Name] | undefined {
    const { [name]: fault, ...others } = current;
    if (fault === undefined || fault.count < 1 || !matches(fault, method)) return undefined;
    current = fault.count === 1 ? others : { ...current, [name]: { ...fault, count: fault.count - 1 } };
    onChange(current);
    return fault;
  }

  return {
    get current() {
      return current;
    },
    set(misbehaviour) {
      current = structuredClone(misbehaviour);
    },
    refuse(method) {
      const fault = commit('api', method);
      return fault && { status: fault.status, retryAfterSecs: fault.retryAfterSecs ?? 1 };
    },
    loseReply: (method) => commit('apiLostReplies', method) !== undefined,
  };
}
