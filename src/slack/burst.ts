import { setTimeout as sleep } from 'node:timers/promises';

/** Deliveries that Slack sends at once arrive within a few ms of each other. */
const QUIET_MS = 15;
/** A stream of deliveries without a pause must not keep work from starting. */
const AT_MOST_MS = 250;

/** Tells when a burst of deliveries is over. */
export class Burst {
  readonly #quietMs: number;
  readonly #atMostMs: number;
  #lastDeliveryAt = Number.NEGATIVE_INFINITY;

  constructor(quietMs = QUIET_MS, atMostMs = AT_MOST_MS) {
    this.#quietMs = quietMs;
    this.#atMostMs = atMostMs;
  }

  /** A delivery has come. */
  delivered(): void {
    this.#lastDeliveryAt = performance.now();
  }

  /** Resolves when none has come for a moment, or after the longest wait. */
  async over(): Promise<void> {
    const deadline = performance.now() + this.#atMostMs;
    let quietAt = this.#lastDeliveryAt + this.#quietMs;
    while (performance.now() < Math.min(quietAt, deadline)) {
      await sleep(Math.max(1, Math.min(quietAt, deadline) - performance.now()));
      quietAt = this.#lastDeliveryAt + this.#quietMs;
    }
  }
}
