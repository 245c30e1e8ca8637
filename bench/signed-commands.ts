import { signature } from '../sandbox/slack/delivery/signed-http.js';

export interface CommandTarget {
  readonly port: number;
  readonly signingSecret: string;
}

/**
 * Sends commands as Slack does, all at once. @returns the milliseconds until each was acknowledged.
 * @throws Error when one is not acknowledged with 200.
 */
export async function sendCommands(
  target: CommandTarget,
  texts: readonly string[],
): Promise<readonly number[]> {
  return Promise.all(texts.map((text, index) => sendCommand(target, text, `${Date.now()}.${index}`)));
}

async function sendCommand(
  { port, signingSecret }: CommandTarget,
  text: string,
  id: string,
): Promise<number> {
  const body = new URLSearchParams({
    command: '/lobml',
    text,
    trigger_id: `bench.${id}`,
    team_id: 'T0BENCH',
    team_domain: 'bench',
    channel_id: 'C0RELEASES',
    channel_name: 'trading-releases',
    user_id: 'U0ALICE',
    user_name: 'alice',
    api_app_id: 'A0BENCH',
    is_enterprise_install: 'false',
    response_url: `http://127.0.0.1:${port}/no-response`,
  }).toString();
  const stamp = Math.floor(Date.now() / 1_000);
  const started = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(stamp),
      'x-slack-signature': signature(signingSecret, stamp, body),
    },
  });
  await response.text();
  if (response.status !== 200) throw new Error(`a command was answered with ${response.status}`);
  return performance.now() - started;
}
