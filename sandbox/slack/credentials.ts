import { secret } from './ids.js';
import type { MessageRef } from './model.js';

/** Slack's limits on what it hands out with an interaction. */
export const TRIGGER_LIFE_MS = 3_000;
export const RESPONSE_URL_LIFE_MS = 30 * 60_000;
export const RESPONSE_URL_USES = 5;

export type TriggerRefusal = 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id';

/** Trigger ids: good once, for three seconds. */
export interface Triggers {
  issue(user: string): string;
  /** @returns the person who interacted, or why Slack refuses. */
  exchange(id: string): { user: string } | { refused: TriggerRefusal };
}

export function createTriggers(now: () => number): Triggers {
  const issued = new Map<string, { user: string; at: number; used: boolean }>();
  let count = 0;
  return {
    issue(user) {
      count += 1;
      const id = `${Math.floor(now())}.${count}.${secret(16)}`;
      issued.set(id, { user, at: now(), used: false });
      return id;
    },
    exchange(id) {
      const trigger = issued.get(id);
      if (!trigger) return { refused: 'invalid_trigger_id' };
      if (trigger.used) return { refused: 'exchanged_trigger_id' };
      if (now() - trigger.at > TRIGGER_LIFE_MS) return { refused: 'expired_trigger_id' };
      trigger.used = true;
      return { user: trigger.user };
    },
  };
}

/** What a response_url belongs to. */
export interface ResponseTarget {
  readonly channel: string;
  readonly user: string;
  /** The message that was clicked on, which the answer may replace or delete. */
  readonly original?: MessageRef;
}

/** Response URLs: five uses within thirty minutes. */
export interface ResponseUrls {
  /** @returns the path of the address. */
  issue(target: ResponseTarget): string;
  use(path: string): ResponseTarget | { refused: 'used_url' | 'expired_url' | 'invalid_url' };
}

export function createResponseUrls(now: () => number): ResponseUrls {
  const issued = new Map<string, { target: ResponseTarget; at: number; uses: number }>();
  return {
    issue(target) {
      const path = `/respond/${secret(12)}`;
      issued.set(path, { target, at: now(), uses: 0 });
      return path;
    },
    use(path) {
      const entry = issued.get(path);
      if (!entry) return { refused: 'invalid_url' };
      if (now() - entry.at > RESPONSE_URL_LIFE_MS) return { refused: 'expired_url' };
      if (entry.uses >= RESPONSE_URL_USES) return { refused: 'used_url' };
      entry.uses += 1;
      return entry.target;
    },
  };
}
