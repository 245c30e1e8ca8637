import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalSlack } from '../../sandbox/slack/local-slack.js';
import { startBot } from '../../sandbox/start-bot.js';
import type { RequestTarget } from './signed-requests.js';

const DRAIN_TIMEOUT_MS = 120_000;

/** A bot as a process of its own, to which the bench sends what Slack would send. */
export interface HttpBot extends RequestTarget {
  /** Waits until the bot answers and works on nothing. */
  untilIdle(): Promise<void>;
  end(): Promise<void>;
}

/** @param environment of a bot in Socket Mode; it becomes one in HTTP mode on a free port. */
export async function startHttpBot(
  environment: Readonly<Record<string, string>>,
  slack: Pick<LocalSlack, 'botToken' | 'signingSecret' | 'apiUrl'>,
  logFile: string,
): Promise<HttpBot> {
  const { SLACK_APP_TOKEN: _socketMode, ...others } = environment;
  const { signingSecret } = slack;
  const port = await freePort();
  const { end } = startBot(
    {
      ...others,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_API_URL: slack.apiUrl,
      PORT: String(port),
    },
    logFile,
  );
  const untilIdle = async () => {
    const deadline = performance.now() + DRAIN_TIMEOUT_MS;
    while (performance.now() < deadline) {
      const metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then(
        (response) => response.text(),
        () => '',
      );
      if (/^lobml_slack_work_in_flight 0$/m.test(metrics)) return;
      await sleep(100);
    }
    throw new Error('the bot did not come to rest');
  };
  return { port, signingSecret, untilIdle, end };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
