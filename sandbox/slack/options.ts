import type { Seed } from './model.js';
import type { PageCommand } from './protocol.js';

export interface LocalSlackOptions {
  /** 0 (default): any free port. The server listens on 127.0.0.1 only. */
  readonly port?: number;
  readonly botToken?: string;
  readonly appToken?: string;
  readonly signingSecret?: string;
  /** Who and what is there; by default the four people of the sandbox. */
  readonly seed?: Partial<Seed>;
  /** The bot token's scopes; by default those of the app's manifest. */
  readonly scopes?: readonly string[];
  /** The app's slash commands; any other is refused. */
  readonly commands?: readonly PageCommand[];
  /** The folder of the built page, served at `/`. */
  readonly staticFolder?: string;
  /** Deliver by signed HTTP requests to this address instead of Socket Mode. */
  readonly requestUrl?: string;
  /** ms since the epoch; rules by time (triggers, response URLs, rate limits) follow it. */
  readonly now?: () => number;
  /** How long Slack waits for an acknowledgement, by the real clock. */
  readonly ackTimeoutMs?: number;
  readonly eventRetryDelaysMs?: readonly number[];
  /** false: no call is refused for coming too often. */
  readonly rateLimits?: boolean;
}

export const DEFAULT_TOKENS = {
  botToken: 'xoxb-sandbox-bot-token',
  appToken: 'xapp-1-A0LOBML-sandbox-app-token',
  signingSecret: 'sandbox-signing-secret',
} as const;

export const ACK_TIMEOUT_MS = 3_000;

export const DEFAULT_COMMANDS: readonly PageCommand[] = [
  {
    command: '/lobml',
    description: 'Release captain of the trading strategy',
    usageHint: 'help',
    hints: [],
  },
];
