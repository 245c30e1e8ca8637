import type { JsonObject } from '../block-kit/rule.js';
import type { Core } from '../core.js';
import type { Arguments } from './arguments.js';

/** One Web API method: who may call it, how often, and what it does. */
export interface Method {
  /** `app`: only with the app-level token (`xapp-`). */
  readonly token: 'bot' | 'app' | 'either';
  readonly scope?: string;
  /** Calls a minute over the whole workspace, or `channel`: about one a second in each channel. */
  readonly limit?: number | 'channel';
  /** @returns what stands beside `ok: true`. @throws SlackError */
  run(args: Arguments, core: Core): JsonObject;
}

export type Methods = Readonly<Record<string, Method>>;

/** Slack's tiers, calls a minute. */
export const TIER = { two: 20, three: 50, four: 100 } as const;
