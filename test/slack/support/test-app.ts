import { readFileSync } from 'node:fs';
import {
  createLocalSlack,
  type LocalSlack,
  type LocalSlackOptions,
} from '../../../sandbox/slack/local-slack.js';
import { loadConfig } from '../../../src/config/config.js';
import type { Subcommand } from '../../../src/conversation/subcommand.js';
import type { Report } from '../../../src/domain/report.js';
import { createSlackApp, type SlackApp, type SlackAppOptions } from '../../../src/slack/app.js';
import { createSlackConnection, type SlackConnection } from '../../../src/slack/connection.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';
import { systemClock } from '../../../src/time/clock.js';
import { say } from '../../../views/sentence.js';

const manifest = JSON.parse(readFileSync(new URL('../../../manifest.json', import.meta.url), 'utf8'));

export interface TestServices {
  /** What the subcommands have done, in order. */
  readonly done: string[];
}

export interface TestApp {
  readonly slack: LocalSlack;
  readonly app: SlackApp;
  readonly connection: SlackConnection;
  readonly port: number;
  readonly done: string[];
  readonly log: string[];
  end(): Promise<void>;
}

export interface TestAppOptions extends Partial<SlackAppOptions<TestServices>> {
  readonly mode?: 'socket' | 'http';
  readonly slackOptions?: LocalSlackOptions;
  /** Further variables of the bot's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Tokens of the bot that are not those of the local Slack. */
  readonly tokens?: { readonly botToken?: string; readonly appToken?: string };
}

export function startSlack(options: LocalSlackOptions = {}): LocalSlack {
  return createLocalSlack({ scopes: manifest.oauth_config.scopes.bot, ...options });
}

/** A local Slack and the real Slack side of the bot, with Bolt, connected to it. */
export async function startTestApp({
  mode = 'socket',
  slackOptions,
  tokens,
  env: more = {},
  ...options
}: TestAppOptions): Promise<TestApp> {
  const slack = startSlack(slackOptions);
  await slack.start();
  const log: string[] = [];
  const logger = createLogger({ level: 'debug', to: { write: (line) => log.push(line) } });
  const transport =
    mode === 'socket'
      ? { SLACK_APP_TOKEN: tokens?.appToken ?? slack.appToken }
      : { SLACK_SIGNING_SECRET: slack.signingSecret };
  const env = {
    SLACK_BOT_TOKEN: tokens?.botToken ?? slack.botToken,
    SLACK_API_URL: slack.apiUrl,
    PORT: '0',
    ...transport,
    ...more,
  };
  const config = loadConfig(env, { role: 'bot' });
  const connection = createSlackConnection({ config: config.slack, logger, clock: systemClock });
  const done: string[] = [];
  const app = createSlackApp<TestServices>({
    config,
    connection,
    subcommands: [],
    services: { done },
    say,
    onUnknown: async (unknown) => {
      done.push(`unknown ${unknown.name}, perhaps ${unknown.nearest}`);
    },
    claimDelivery: createClaims(),
    dependencies: {},
    logger,
    metrics: createMetrics(),
    clock: systemClock,
    ...options,
  });
  const port = await app.start().catch(async (error: unknown) => {
    await slack.stop();
    throw error;
  });
  if (mode === 'http') slack.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
  const end = async () => {
    await app.stop();
    await slack.stop();
  };
  return { slack, app, connection, port, done, log, end };
}

/** What the bot's database answers: the first to claim a key gets it. */
export function createClaims(): (key: string) => Promise<boolean> {
  const claimed = new Set<string>();
  return async (key) => {
    const isFirst = !claimed.has(key);
    claimed.add(key);
    return isFirst;
  };
}

export function section(text: string, blockId = 'body'): Report {
  return { text, blocks: [{ type: 'section', block_id: blockId, text: { type: 'mrkdwn', text } }] };
}

export function button(text: string, actionId: string, value = 'v'): Report {
  const element = { type: 'button', action_id: actionId, value, text: { type: 'plain_text', text } };
  return { text, blocks: [{ type: 'actions', block_id: 'buttons', elements: [element] }] };
}

type TestSubcommand = Subcommand<TestServices>;

export function subcommand(
  name: string,
  run: TestSubcommand['run'],
  more: Partial<TestSubcommand> = {},
): TestSubcommand {
  return { name, audience: 'all', usage: '[target]', run, ...more };
}

export const DONE = { exitCode: 0, json: {} } as const;
