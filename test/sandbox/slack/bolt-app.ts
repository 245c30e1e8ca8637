import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import {
  createLocalSlack,
  type LocalSlack,
  type LocalSlackOptions,
} from '../../../sandbox/slack/local-slack.js';

export const silent = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

/** Real clients of Slack against the local one; they retry nothing, so that a test sees each refusal. */
export function clientOf(
  slack: LocalSlack,
  token = slack.botToken,
  options: WebClientOptions = {},
): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    logger: silent,
    ...options,
  });
}

/** A real Bolt app in Socket Mode that reconnects within a fraction of a second. */
export function socketModeApp(slack: LocalSlack): App {
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    logger: silent,
    clientPingTimeout: 300,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  });
  const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } };
  return new App({ token: slack.botToken, receiver, clientOptions, logger: silent });
}

const running: { stop(): Promise<unknown> }[] = [];

export async function startSlack(options: LocalSlackOptions = {}): Promise<LocalSlack> {
  const slack = createLocalSlack({ ackTimeoutMs: 300, eventRetryDelaysMs: [0, 10, 20], ...options });
  await slack.start();
  running.push(slack);
  return slack;
}

export async function startApp(app: App): Promise<void> {
  await app.start();
  running.push(app);
}

/** Stops whatever the test started, apps before the Slack that they are connected to. */
export async function stopAll(): Promise<void> {
  for (const one of running.splice(0).reverse()) await one.stop();
}

/** The error code with which Slack refused, or `ok`. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: { data?: { error?: string }; code?: string }) => error.data?.error ?? error.code ?? String(error),
  );
}
