import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';

export interface HttpLimits {
  /** How long a request may take to arrive whole, in ms. */
  readonly bodyMs: number;
  /** Of one body; Slack's largest, of a modal with all its inputs, is a third of it. */
  readonly bodyBytes: number;
  /** Of all bodies that have not arrived whole. */
  readonly totalBytes: number;
  readonly connections: number;
}

const MIB = 1024 ** 2;
export const HTTP_LIMITS: HttpLimits = {
  bodyMs: 10_000,
  bodyBytes: MIB,
  totalBytes: 16 * MIB,
  connections: 512,
};

type BodyRead =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  /** Too large; too much at once; the client went away. */
  | { readonly kind: 'too_large' }
  | { readonly kind: 'too_many' }
  | { readonly kind: 'gone' };

/** Reads bodies of strangers: nobody has proved yet that they are Slack's. */
export class BodyReader {
  readonly #limits: HttpLimits;
  #held = 0;

  constructor(limits: HttpLimits) {
    this.#limits = limits;
  }

  async read(request: IncomingMessage): Promise<BodyRead> {
    const { bodyBytes, totalBytes } = this.#limits;
    if (Number(request.headers['content-length'] ?? 0) > bodyBytes) return { kind: 'too_large' };
    const parts: Buffer[] = [];
    let size = 0;
    try {
      // What has come stays readable for an answer, also where this reading ends early.
      for await (const part of request.iterator({ destroyOnReturn: false })) {
        size += part.length;
        this.#held += part.length;
        if (size > bodyBytes) return { kind: 'too_large' };
        if (this.#held > totalBytes) return { kind: 'too_many' };
        parts.push(part);
      }
      return { kind: 'body', bytes: Buffer.concat(parts) };
    } catch {
      return { kind: 'gone' };
    } finally {
      this.#held -= size;
    }
  }
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a body is an object, as all of Slack's are: Bolt takes any other for one, and ends the process. */
export function isObjectBody(bytes: Buffer, contentType: string | undefined): boolean {
  const text = bytes.toString('utf8');
  try {
    if (contentType !== 'application/x-www-form-urlencoded') return isObject(JSON.parse(text));
    const { payload } = parse(text);
    return typeof payload !== 'string' || isObject(JSON.parse(payload));
  } catch {
    return false;
  }
}
