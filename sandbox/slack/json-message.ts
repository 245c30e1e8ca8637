import { isObject, type JsonObject } from './block-kit/rule.js';

/** The object in a WebSocket message; undefined for anything else, so that a stray peer breaks nothing. */
export function jsonMessage(data: string): JsonObject | undefined {
  try {
    const message: unknown = JSON.parse(data);
    return isObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}
