import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HTTPReceiver } from '@slack/bolt';
import { type HealthHandler, pathOf } from '../telemetry/health.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { BodyReader, HTTP_LIMITS, type HttpLimits, isObjectBody } from './request-body.js';

export const EVENTS_PATH = '/slack/events';
/** Bolt refuses what is older than five minutes; what is stamped as far ahead is no better. */
const MAX_FUTURE_SECS = 5 * 60;

interface HttpEndpointOptions {
  /** Asked in their order. */
  readonly handlers: readonly HealthHandler[];
  /** Set in HTTP mode: Slack's signed requests go to Bolt. */
  readonly receiver?: Pick<HTTPReceiver, 'requestListener'> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<HttpLimits>;
}

/** How often it is looked whose time is over. */
const LOOK_MS = 1_000;

/** One server on `PORT`: health and metrics in both modes, and Slack's deliveries in HTTP mode. */
export class HttpEndpoint {
  readonly #options: HttpEndpointOptions;
  readonly #server: Server;
  readonly #bodies: BodyReader;

  constructor(options: HttpEndpointOptions) {
    this.#options = options;
    const limits = { ...HTTP_LIMITS, ...options.limits };
    this.#bodies = new BodyReader(limits);
    const times = {
      requestTimeout: limits.bodyMs,
      headersTimeout: limits.bodyMs,
      connectionsCheckingInterval: Math.min(LOOK_MS, limits.bodyMs),
    };
    this.#server = createServer(times, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        options.logger.error({ err: error }, 'an HTTP request could not be answered');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
    this.#server.maxConnections = limits.connections;
  }

  /** @param address undefined: every one of this machine @returns the port in use. @throws the system's error, e.g. EADDRINUSE. */
  async start(port: number, address: string | undefined): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, ...(address === undefined ? {} : { host: address }) }, () => {
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
    for (const handle of this.#options.handlers) if (await handle(request, response)) return;
    const { receiver, clock, logger } = this.#options;
    if (receiver === undefined || request.method !== 'POST' || pathOf(request) !== EVENTS_PATH) {
      response.writeHead(404).end();
    } else if (isFromTheFuture(request.headers['x-slack-request-timestamp'], clock.now())) {
      logger.warn('a request stamped more than five minutes in the future was refused');
      response.writeHead(401).end();
    } else {
      await this.#deliver(request, response, receiver);
    }
  }

  /** Bolt gets bodies that have arrived whole, and are objects. */
  async #deliver(
    request: IncomingMessage,
    response: ServerResponse,
    receiver: NonNullable<HttpEndpointOptions['receiver']>,
  ): Promise<void> {
    const read = await this.#bodies.read(request);
    if (read.kind !== 'body') {
      if (read.kind === 'gone') return;
      this.#options.logger.warn({ why: read.kind }, 'a request was refused before anybody knew whose it is');
      response.writeHead(read.kind === 'too_large' ? 413 : 503, { connection: 'close' });
      response.end(() => request.destroy());
    } else if (!isObjectBody(read.bytes, request.headers['content-type'])) {
      response.writeHead(400).end();
    } else {
      receiver.requestListener(Object.assign(request, { rawBody: read.bytes }), response);
    }
  }
}

/** The stamp is part of what is signed; Bolt checks the signature afterwards. */
function isFromTheFuture(stamp: string | string[] | undefined, nowMs: number): boolean {
  return Number(stamp) > nowMs / 1_000 + MAX_FUTURE_SECS;
}
