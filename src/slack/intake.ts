import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Clock } from '../time/clock.js';
import { Burst } from './burst.js';
import { type DeliveryGate, deliveryKey } from './delivery.js';
import type { InFlight } from './in-flight.js';

interface IntakeOptions {
  readonly gate: DeliveryGate;
  readonly inFlight: InFlight;
  readonly metrics: Pick<Metrics, 'deliveries' | 'ackSeconds' | 'inFlight'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Delivery {
  readonly kind: 'command' | 'click' | 'submission' | 'event';
  readonly body: unknown;
  readonly ack: () => Promise<void>;
  /** True: waits for nothing, not even for the bot's database. */
  readonly urgent?: boolean;
}

/** The one door for all that Slack delivers: acknowledge, recognise duplicates, then work. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #burst = new Burst();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Resolves as soon as the delivery is acknowledged; the work goes on and is waited for when the bot stops. */
  async accept(delivery: Delivery, work: () => Promise<void>): Promise<void> {
    const { inFlight } = this.#options;
    await this.acknowledge(delivery.ack);
    void inFlight.track(this.#workOnce(delivery, work));
  }

  /** For a delivery whose acknowledgement is its answer: `work` acknowledges. Resolves when it has ended. */
  async answer(delivery: Delivery, work: () => Promise<void>): Promise<void> {
    await this.#options.inFlight.track(this.#workOnce(delivery, work, delivery.ack));
  }

  /** A person who sees an error has acted nevertheless: a lost acknowledgement stops nothing. */
  async acknowledge(ack: () => Promise<void>): Promise<void> {
    const { clock, logger, metrics } = this.#options;
    const startedAt = clock.now();
    this.#burst.delivered();
    try {
      await ack();
      metrics.ackSeconds.observe((clock.now() - startedAt) / 1_000);
    } catch (error) {
      logger.warn({ err: error }, 'an acknowledgement did not reach Slack');
    }
  }

  async #workOnce(
    delivery: Delivery,
    work: () => Promise<void>,
    ackDuplicate?: () => Promise<void>,
  ): Promise<void> {
    const { gate, metrics, logger } = this.#options;
    const { kind, body, urgent = false } = delivery;
    metrics.inFlight.inc();
    try {
      // Whatever else arrives at the same time is acknowledged before this one's work takes the thread.
      if (!urgent) await this.#burst.over();
      if (await gate.isFirst(deliveryKey(body), urgent)) {
        await work();
        metrics.deliveries.inc({ kind, outcome: 'handled' });
      } else {
        if (ackDuplicate) await this.acknowledge(ackDuplicate);
        metrics.deliveries.inc({ kind, outcome: 'duplicate' });
      }
    } catch (error) {
      metrics.deliveries.inc({ kind, outcome: 'failed' });
      logger.error({ err: error, kind }, 'a delivery failed and nobody could be told');
    } finally {
      metrics.inFlight.dec();
    }
  }
}
