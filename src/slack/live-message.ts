import type { LiveMessage } from '../conversation/subcommand.js';
import type { MessageRef, Report } from '../domain/report.js';
import { MESSAGE_INTERVAL_MS } from '../messages/announcer.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { classifyFailure, isPlaceRefusal } from './failure.js';
import { backoffMs, POST_DEADLINE_MS, type Poster, type PostTarget } from './poster.js';

interface LiveMessageOptions {
  readonly poster: Pick<Poster, 'post' | 'update'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly target: PostTarget;
  /** A message that stands already, perhaps posted by another replica. */
  readonly ref?: MessageRef;
}

/**
 * One message that moves. States that come faster than Slack takes them replace each other; the last one is always
 * sent. Only `finish` waits for Slack.
 */
export class SlackLiveMessage implements LiveMessage {
  readonly #options: LiveMessageOptions;
  #ref: MessageRef | undefined;
  #pending: Report | undefined;
  /** What was sent last. */
  #standing: Report | undefined;
  #isFinished = false;
  #isRefused = false;
  #failure: unknown;
  #failures = 0;
  #failingSince = 0;
  #nextAt = Number.NEGATIVE_INFINITY;
  #sending: Promise<void> | undefined;

  constructor(options: LiveMessageOptions) {
    this.#options = options;
    this.#ref = options.ref;
  }

  get ref(): MessageRef | undefined {
    return this.#ref;
  }

  update(report: Report): void {
    if (!this.#isFinished) this.#offer(report);
  }

  /** Resolves when this last state stands. @throws Slack's error when it refuses, or after two minutes of trying. */
  async finish(report: Report): Promise<void> {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#offer(report);
    await this.settled();
  }

  /** Resolves when everything offered so far is sent. @throws Slack's error. */
  async settled(): Promise<void> {
    await this.#sending;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #offer(report: Report): void {
    if (this.#isRefused) return;
    this.#pending = report;
    this.#sending ??= this.#sendPending();
  }

  async #sendPending(): Promise<void> {
    this.#failure = undefined;
    try {
      while (this.#pending !== undefined) await this.#sendNewest();
    } catch (error) {
      this.#pending = undefined;
      this.#failure = error;
      this.#isRefused = this.#ref === undefined && classifyFailure(error).kind === 'refused';
      this.#options.logger.warn({ err: error, ...this.#options.target }, 'a message could not be sent');
    } finally {
      this.#sending = undefined;
    }
  }

  async #sendNewest(): Promise<void> {
    const { clock, poster, target } = this.#options;
    if (this.#pending === this.#standing) {
      // To send the same again would only mark the message as edited.
      this.#pending = undefined;
      return;
    }
    const waitMs = this.#nextAt - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs);
    const report = this.#pending;
    this.#pending = undefined;
    if (report === undefined) return;
    if (this.#ref === undefined) {
      this.#ref = await poster.post(target, report);
      this.#standing = report;
      this.#nextAt = clock.now() + MESSAGE_INTERVAL_MS;
    } else {
      await this.#replace(this.#ref, report);
    }
  }

  async #replace(ref: MessageRef, report: Report): Promise<void> {
    const { clock, poster, target } = this.#options;
    try {
      await poster.update(ref, report);
      this.#standing = report;
      this.#failures = 0;
      this.#nextAt = clock.now() + MESSAGE_INTERVAL_MS;
    } catch (error) {
      const failure = classifyFailure(error);
      if (failure.kind !== 'refused') {
        this.#tryAgainLater(error, failure.kind === 'rate_limited' ? failure.retryAfterMs : undefined);
        this.#pending ??= report;
      } else if (this.#isFinished && isPlaceRefusal(error)) {
        // Somebody deleted the moving message, or it can be changed no more: the outcome is told all the same.
        this.#ref = await poster.post(target, report);
        this.#standing = report;
      } else {
        throw error;
      }
    }
  }

  #tryAgainLater(error: unknown, retryAfterMs: number | undefined): void {
    const now = this.#options.clock.now();
    if (this.#failures === 0) this.#failingSince = now;
    if (now - this.#failingSince > POST_DEADLINE_MS) {
      this.#failures = 0;
      throw error;
    }
    this.#nextAt = now + Math.max(MESSAGE_INTERVAL_MS, retryAfterMs ?? backoffMs(this.#failures));
    this.#failures += 1;
  }
}
