import { signature } from '../../sandbox/slack/delivery/signed-http.js';

export interface RequestTarget {
  readonly port: number;
  readonly signingSecret: string;
}

const TEAM = 'T0BENCH';
const APP = 'A0BENCH';
const CHANNEL = 'C0RELEASES';

/**
 * Sends commands as Slack does, all at once. @returns the milliseconds until each was acknowledged.
 * @throws Error when one is not acknowledged with 200.
 */
export async function sendCommands(
  target: RequestTarget,
  texts: readonly string[],
): Promise<readonly number[]> {
  return Promise.all(
    texts.map((text, index) =>
      send(target, {
        command: '/lobml',
        text,
        trigger_id: `bench.${Date.now()}.${index}`,
        team_id: TEAM,
        team_domain: 'bench',
        channel_id: CHANNEL,
        channel_name: 'trading-releases',
        user_id: 'U0ALICE',
        user_name: 'alice',
        api_app_id: APP,
        is_enterprise_install: 'false',
        response_url: `http://127.0.0.1:${target.port}/no-response`,
      }),
    ),
  );
}

export interface ButtonClick {
  readonly actionId: string;
  readonly value: string;
  readonly user: string;
}

/** Sends a click on a message's button. Like `sendCommands`. */
export function sendClick(target: RequestTarget, { actionId, value, user }: ButtonClick): Promise<number> {
  const now = Date.now();
  const payload = {
    type: 'block_actions',
    trigger_id: `bench.${now}.click`,
    user: { id: user, name: user },
    team: { id: TEAM },
    api_app_id: APP,
    channel: { id: CHANNEL },
    container: { type: 'message', channel_id: CHANNEL, message_ts: '1.1' },
    message: { ts: '1.1' },
    actions: [
      { type: 'button', action_id: actionId, block_id: 'bench', value, action_ts: String(now / 1_000) },
    ],
    response_url: `http://127.0.0.1:${target.port}/no-response`,
  };
  return send(target, { payload: JSON.stringify(payload) });
}

async function send(
  { port, signingSecret }: RequestTarget,
  form: Readonly<Record<string, string>>,
): Promise<number> {
  const body = new URLSearchParams(form).toString();
  const stamp = Math.floor(Date.now() / 1_000);
  const started = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    body,
    headers: {
      // One that rests between two rounds is closed by the server in the moment of the next request.
      connection: 'close',
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(stamp),
      'x-slack-signature': signature(signingSecret, stamp, body),
    },
  });
  await response.text();
  if (response.status !== 200) throw new Error(`a request was answered with ${response.status}`);
  return performance.now() - started;
}
