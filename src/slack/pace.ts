import type { Clock } from '../time/clock.js';
import { classifyFailure } from './failure.js';

interface PaceOptions {
  readonly clock: Clock;
  /** While a halt goes on, what only keeps other messages up to date stands back. */
  readonly isHalting: () => boolean;
}

/** What is not urgent waits so much longer than Slack wants, so that an urgent call is the first one. */
const AFTER_URGENT_MS = 2_000;
const WHILE_HALTING_MS = 2_000;

/**
 * What Slack has refused for coming too often is not asked of it again before the time that it named, whichever message
 * it is for: Slack counts all of the bot's calls together.
 */
export class Pace {
  readonly #o: PaceOptions;
  readonly #closedUntil = new Map<string, number>();

  constructor(options: PaceOptions) {
    this.#o = options;
  }

  /** @param what is counted together @throws as Slack refuses it, without asking it; or Slack's own error */
  async ask<Answer>(what: string, { isUrgent }: Urgency, call: () => Promise<Answer>): Promise<Answer> {
    const { clock } = this.#o;
    const closedMs = (this.#closedUntil.get(what) ?? Number.NEGATIVE_INFINITY) - clock.monotonic();
    const waitMs = isUrgent ? closedMs : closedMs + AFTER_URGENT_MS;
    if (waitMs > 0) throw new TooOften(waitMs);
    try {
      return await call();
    } catch (error) {
      const failure = classifyFailure(error);
      if (failure.kind === 'rate_limited')
        this.#closedUntil.set(what, clock.monotonic() + failure.retryAfterMs);
      throw error;
    }
  }

  /** @throws as Slack refuses what comes too often, while a halt goes on */
  standBack(): void {
    if (this.#o.isHalting()) throw new TooOften(WHILE_HALTING_MS);
  }
}

interface Urgency {
  readonly isUrgent: boolean;
}

/** Read like Slack's own refusal: who calls waits, and sends what is newest then. */
class TooOften extends Error {
  readonly code = 'slack_webapi_rate_limited_error';
  /** Seconds. */
  readonly retryAfter: number;

  constructor(waitMs: number) {
    super('Slack wants fewer calls for a moment, or a halt goes first');
    this.retryAfter = waitMs / 1_000;
  }
}
