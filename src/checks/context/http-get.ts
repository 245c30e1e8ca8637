import { type LookupAddress, lookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { errnoOf } from '../../machine/errno.js';
import { isPermitted } from './private-addresses.js';

/** One GET, within bounds. A redirect is an answer like any other: it is not followed. */
export type HttpGet = (request: HttpRequest) => Promise<HttpAnswer>;

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the whole call, from the look-up of the name to the last byte. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Addresses off the internet that it may connect to, as `ADDRESS:PORT`. */
  readonly permitted: readonly string[];
}

interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
  readonly durationMs: number;
}

const ENDPOINT_ERROR_CODES = ['address_refused', 'timeout', 'unreachable', 'too_large'] as const;
export type EndpointErrorCode = (typeof ENDPOINT_ERROR_CODES)[number];

/** An endpoint that gave no answer that can be judged. The message names neither its address nor its query. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
  readonly code: EndpointErrorCode;
  /** The platform's code, e.g. ECONNREFUSED; '' where there is none. */
  readonly detail: string;
  constructor(code: EndpointErrorCode, detail = '') {
    super(`the endpoint gave no answer: ${code} ${detail}`.trim());
    this.code = code;
    this.detail = detail;
  }
}

type Resolve = typeof lookup;

/** @param resolveName asks for the addresses of a name. The call throws EndpointError. */
export const createHttpGet =
  (resolveName: Resolve = lookup): HttpGet =>
  async ({ url, headers, timeoutMs, maxBytes, signal, permitted }) => {
    const startedMs = performance.now();
    const deadline = AbortSignal.timeout(timeoutMs);
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    // An address that stands in the URL itself is never looked up.
    const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(literal) !== 0 && !isPermitted(literal, port, permitted)) {
      throw new EndpointError('address_refused');
    }
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const options = {
          headers: { ...headers, 'accept-encoding': 'identity' },
          signal: AbortSignal.any([signal, deadline]),
          lookup: lookupPermitted(port, permitted, resolveName),
          // A connection of an earlier call may lead to an address that was not looked at in this one.
          agent: false,
        };
        request(url, options, resolve).on('error', reject).end();
      });
      const body = await readBody(answer, maxBytes);
      return { status: answer.statusCode ?? 0, body, durationMs: Math.round(performance.now() - startedMs) };
    } catch (error) {
      if (error instanceof EndpointError) throw error;
      if (deadline.aborted) throw new EndpointError('timeout');
      signal.throwIfAborted();
      throw new EndpointError('unreachable', errnoOf(error) ?? '');
    }
  };

/**
 * Resolves a name for the connection itself, so that what was looked at is what is connected to: a name that answers
 * differently the second time (DNS rebinding) has no second time. One refused address refuses them all.
 */
function lookupPermitted(port: number, permitted: readonly string[], resolveName: Resolve): LookupFunction {
  return (hostname, options, done) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) done(error ?? new EndpointError('unreachable'), []);
      else if (!addresses.every(({ address }) => isPermitted(address, port, permitted))) {
        done(new EndpointError('address_refused'), []);
      } else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

async function readBody(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new EndpointError('too_large'); // leaving the loop ends the connection
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
