import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../block-kit/rule.js';
import type { FaultsOnPurpose } from '../faults-on-purpose.js';
import type { Ack, Delivery, Transport } from './transport.js';

/** Brings deliveries to the app: late or twice when told to, and events again when they are not acknowledged. */
export interface Courier {
  /** A command or an interaction: once, and the person sees when it fails. */
  deliver(delivery: Delivery): Promise<Ack>;
  /** An event: up to three more tries. */
  deliverEvent(payload: JsonObject): Promise<Ack>;
  /** Ends all waiting. */
  stop(): void;
}

/** Slack tries an event again at once, after a minute and after five. */
export const EVENT_RETRY_DELAYS_MS: readonly number[] = [0, 60_000, 300_000];

export interface CourierOptions {
  readonly ackTimeoutMs: number;
  readonly eventRetryDelaysMs: readonly number[];
}

export function createCourier(
  transport: () => Transport,
  faults: FaultsOnPurpose,
  { ackTimeoutMs, eventRetryDelaysMs }: CourierOptions,
): Courier {
  const stopping = new AbortController();

  async function pause(ms: number): Promise<boolean> {
    try {
      await sleep(ms, undefined, { signal: stopping.signal, ref: false });
      return true;
    } catch {
      return false;
    }
  }

  /** A person waits from the click on, however long it is on its way; the app gets it all the same. */
  async function send(delivery: Delivery, number: number, reason?: string): Promise<Ack> {
    const { deliverDelayMs = 0 } = faults.current;
    if (deliverDelayMs <= 0) return sendNow(delivery, number, reason);
    const late = pause(deliverDelayMs).then((passed): Ack | Promise<Ack> =>
      passed ? sendNow(delivery, number, reason) : { ok: false, error: 'dispatch_failed' },
    );
    const impatient = pause(ackTimeoutMs).then((): Ack => ({ ok: false, error: 'operation_timeout' }));
    return Promise.race([late, impatient]);
  }

  function sendNow(delivery: Delivery, number: number, reason?: string): Promise<Ack> {
    const { deliverTimes = 1 } = faults.current;
    const attempt = { number, ...(reason === undefined ? {} : { reason }) };
    const copies = Array.from({ length: Math.max(1, deliverTimes) }, () =>
      transport().send(delivery, attempt),
    );
    return Promise.race(copies);
  }

  return {
    deliver: (delivery) => send(delivery, 0),
    async deliverEvent(payload) {
      const delivery: Delivery = { kind: 'events_api', payload };
      let ack = await send(delivery, 0);
      for (const [index, delayMs] of eventRetryDelaysMs.entries()) {
        if (ack.ok || !(await pause(delayMs))) return ack;
        ack = await send(delivery, index + 1, ack.error === 'operation_timeout' ? 'timeout' : 'http_error');
      }
      return ack;
    },
    stop: () => stopping.abort(),
  };
}
