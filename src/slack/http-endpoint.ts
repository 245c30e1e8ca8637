import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HTTPReceiver } from '@slack/bolt';
import type { HealthHandler } from '../telemetry/health.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';

export const EVENTS_PATH = '/slack/events';
/** Bolt refuses what is older than five minutes; what is stamped as far ahead is no better. */
const MAX_FUTURE_SECS = 5 * 60;

interface HttpEndpointOptions {
  readonly health: HealthHandler;
  /** Set in HTTP mode: Slack's signed requests go to Bolt. */
  readonly receiver?: Pick<HTTPReceiver, 'requestListener'> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One server on `PORT`: health and metrics in both modes, and Slack's deliveries in HTTP mode. */
export class HttpEndpoint {
  readonly #options: HttpEndpointOptions;
  readonly #server: Server;

  constructor(options: HttpEndpointOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        options.logger.error({ err: error }, 'an HTTP request could not be answered');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
  }

  /** @returns the port in use. @throws the system's error, e.g. EADDRINUSE. */
  async start(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no new request; those being answered end first. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await this.#options.health(request, response)) return;
    const { receiver, clock, logger } = this.#options;
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (receiver === undefined || request.method !== 'POST' || path !== EVENTS_PATH) {
      response.writeHead(404).end();
    } else if (isFromTheFuture(request.headers['x-slack-request-timestamp'], clock.now())) {
      logger.warn('a request stamped more than five minutes in the future was refused');
      response.writeHead(401).end();
    } else {
      receiver.requestListener(request, response);
    }
  }
}

/** The stamp is part of what is signed; Bolt checks the signature afterwards. */
function isFromTheFuture(stamp: string | string[] | undefined, nowMs: number): boolean {
  return Number(stamp) > nowMs / 1_000 + MAX_FUTURE_SECS;
}
