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

const matches = (fault: { method: string; count: number } | undefined, method: string) =>
  fault !== undefined && fault.count > 0 && (fault.method === '*' || fault.method === method);

export function createFaultsOnPurpose(): FaultsOnPurpose {
  let current: Misbehaviour = {};
  return {
    get current() {
      return current;
    },
    set(misbehaviour) {
      current = structuredClone(misbehaviour);
    },
    refuse(method) {
      const fault = current.api;
      if (!fault || !matches(fault, method)) return undefined;
      fault.count -= 1;
      return { status: fault.status, retryAfterSecs: fault.retryAfterSecs ?? 1 };
    },
    loseReply(method) {
      const fault = current.apiLostReplies;
      if (!fault || !matches(fault, method)) return false;
      fault.count -= 1;
      return true;
    },
  };
}
