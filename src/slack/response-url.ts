import { plainValue } from '../domain/plain-text.js';
import type { Report } from '../domain/report.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { truncateToBytes } from './report-payload.js';

/** Slack's bounds for one `response_url`. */
const MAX_USES = 5;
const LIFETIME_MS = 29 * 60_000;
const TIMEOUT_MS = 3_000;

interface ResponseUrlOptions {
  readonly url: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fetch: typeof globalThis.fetch;
}

/** Answers one person where they acted, also in a channel that the bot is not in. */
export class ResponseUrl {
  readonly #options: ResponseUrlOptions;
  readonly #openedAt: number;
  #uses = 0;

  constructor(options: ResponseUrlOptions) {
    this.#options = options;
    this.#openedAt = options.clock.now();
  }

  /** Whether Slack took the answer. Never rejects: what matters is not told by this way alone. */
  async reply(report: Report): Promise<boolean> {
    const { url, clock, logger } = this.#options;
    const isOver = this.#uses >= MAX_USES || clock.now() - this.#openedAt > LIFETIME_MS;
    if (url === undefined || isOver) return false;
    this.#uses += 1;
    try {
      const response = await this.#send(url, report);
      if (response.ok) return true;
      logger.warn({ status: response.status }, 'Slack refused an answer to a response_url');
    } catch (error) {
      logger.warn({ err: error }, 'an answer to a response_url failed');
    }
    return false;
  }

  #send(url: string, report: Report): Promise<Response> {
    return this.#options.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(
        plainValue({
          response_type: 'ephemeral',
          replace_original: false,
          text: truncateToBytes(report.text),
          ...(report.blocks.length > 0 ? { blocks: report.blocks } : {}),
        }),
      ),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}
