import { z } from 'zod';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';

/** Asks all replicas: true for the first that claims the key, false for every later one. */
export type ClaimDelivery = (key: string) => Promise<boolean>;

const payload = z.object({
  event_id: z.string().optional(),
  trigger_id: z.string().optional(),
  type: z.string().optional(),
  command: z.string().optional(),
  user: z.object({ id: z.string() }).optional(),
  view: z.object({ id: z.string(), hash: z.string().optional() }).optional(),
  actions: z
    .array(z.object({ action_id: z.string().optional(), action_ts: z.string().optional() }))
    .optional(),
});

/**
 * What Slack sends the same in each delivery of one thing: an event's id, or the trigger of a command, a click or a
 * submission. undefined: there is nothing to recognise it by.
 */
export function deliveryKey(body: unknown): string | undefined {
  const parsed = payload.safeParse(body);
  if (!parsed.success) return undefined;
  const { event_id, trigger_id, type, command, user, view, actions } = parsed.data;
  if (event_id) return `event:${event_id}`;
  if (trigger_id) return `${type ?? command ?? 'trigger'}:${trigger_id}`;
  const action = actions?.[0];
  if (action?.action_ts) return `click:${user?.id}:${action.action_id}:${action.action_ts}`;
  return view?.hash ? `${type}:${view.id}:${view.hash}` : undefined;
}

interface DeliveryGateOptions {
  readonly claim: ClaimDelivery;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long the database may take before memory alone decides. A trigger lives 3 s. */
  readonly timeoutMs?: number;
}

/** Slack repeats an event for five minutes at most; a click or a command within seconds. */
const REMEMBERED = 5_000;
const CLAIM_TIMEOUT_MS = 800;

/**
 * Lets each delivery through once. This process's own memory answers first; then the database, for the other
 * replicas. Without the database a repeated delivery may get through on another replica: better than to lose one.
 */
export class DeliveryGate {
  readonly #options: DeliveryGateOptions;
  readonly #seen = new Set<string>();

  constructor(options: DeliveryGateOptions) {
    this.#options = options;
  }

  /** @param urgent true: does not wait for the database, because what follows is idempotent by itself. */
  async isFirst(key: string | undefined, urgent: boolean): Promise<boolean> {
    if (key === undefined) return true;
    if (this.#seen.has(key)) return false;
    this.#remember(key);
    const claimed = this.#claim(key);
    return urgent ? true : claimed;
  }

  async #claim(key: string): Promise<boolean> {
    const { claim, clock, logger, timeoutMs = CLAIM_TIMEOUT_MS } = this.#options;
    const abort = new AbortController();
    const late = clock.sleep(timeoutMs, abort.signal).then(
      () => 'late' as const,
      () => 'late' as const,
    );
    try {
      const answer = await Promise.race([claim(key), late]);
      if (answer !== 'late') return answer;
      logger.warn(
        { key, timeoutMs },
        'the database did not answer in time: duplicates are known by memory alone',
      );
    } catch (error) {
      logger.warn({ err: error, key }, 'the database is away: duplicates are known by memory alone');
    } finally {
      abort.abort();
    }
    return true;
  }

  #remember(key: string): void {
    this.#seen.add(key);
    const oldest = this.#seen.values().next().value;
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
  }
}
