import { createHmac } from 'node:crypto';
import type { Ack, Attempt, Delivery, Transport } from './transport.js';

export interface SignedHttpOptions {
  readonly requestUrl: string;
  readonly signingSecret: string;
  readonly ackTimeoutMs: number;
  readonly now: () => number;
}

/** Slack's request signature, version 0, over the raw body. */
export function signature(signingSecret: string, timestampSecs: number, body: string): string {
  const digest = createHmac('sha256', signingSecret).update(`v0:${timestampSecs}:${body}`).digest('hex');
  return `v0=${digest}`;
}

function encoded({ kind, payload }: Delivery): { type: string; body: string } {
  if (kind === 'events_api') return { type: 'application/json', body: JSON.stringify(payload) };
  const form =
    kind === 'interactive'
      ? { payload: JSON.stringify(payload) }
      : Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(form).toString() };
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  return response.headers.get('content-type')?.includes('application/json') ? JSON.parse(text) : { text };
}

/** Delivers to the app's request URL, signed, as Slack does without Socket Mode. */
export function createSignedHttp(options: SignedHttpOptions): Transport {
  async function post(delivery: Delivery, attempt: Attempt): Promise<Ack> {
    const { type, body } = encoded(delivery);
    const timestampSecs = Math.floor(options.now() / 1000);
    const retry = {
      'x-slack-retry-num': String(attempt.number),
      'x-slack-retry-reason': attempt.reason ?? '',
    };
    const response = await fetch(options.requestUrl, {
      method: 'POST',
      body,
      headers: {
        'content-type': type,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(timestampSecs),
        'x-slack-signature': signature(options.signingSecret, timestampSecs, body),
        ...(attempt.number > 0 ? retry : {}),
      },
      signal: AbortSignal.timeout(options.ackTimeoutMs),
    });
    const answer = await bodyOf(response);
    return response.status === 200 ? { ok: true, body: answer } : { ok: false, error: 'dispatch_failed' };
  }

  return {
    connected: true,
    async send(delivery, attempt) {
      try {
        return await post(delivery, attempt);
      } catch (error) {
        const timedOut = error instanceof Error && error.name === 'TimeoutError';
        return { ok: false, error: timedOut ? 'operation_timeout' : 'dispatch_failed' };
      }
    },
  };
}
