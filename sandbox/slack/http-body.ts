import type { IncomingMessage } from 'node:http';
import { isObject, type JsonObject } from './block-kit/rule.js';

const MAX_BYTES = 4_000_000;

/** @throws Error when the body is larger than 4 MB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BYTES) throw new Error('The request is larger than 4 MB.');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The arguments in a body, form or JSON; undefined when it is neither. */
export function parseBody(contentType: string, body: string): JsonObject | undefined {
  if (!contentType.includes('application/json')) return Object.fromEntries(new URLSearchParams(body));
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
