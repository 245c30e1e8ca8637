import type { JsonObject } from '../block-kit/rule.js';

export type DeliveryKind = 'slash_commands' | 'interactive' | 'events_api';

/** What Slack sends to the app. */
export interface Delivery {
  readonly kind: DeliveryKind;
  readonly payload: JsonObject;
}

/** Which try this is; only events are tried again. */
export interface Attempt {
  readonly number: number;
  readonly reason?: string;
}

/** The app's acknowledgement, or why there is none, in the words that Slack shows to people. */
export type Ack =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly error: 'dispatch_failed' | 'operation_timeout' };

/** One way to the app: Socket Mode or signed HTTP requests. */
export interface Transport {
  readonly connected: boolean;
  /** Sends once and waits for the acknowledgement, three seconds at most. Never throws. */
  send(delivery: Delivery, attempt: Attempt): Promise<Ack>;
}
