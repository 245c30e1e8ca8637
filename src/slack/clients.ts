import { type WebAPICallResult, WebClient, type WebClientOptions } from '@slack/web-api';
import type { SlackConfig } from '../config/config.js';
import { plainValue } from '../domain/plain-text.js';
import type { Logger } from '../telemetry/logger.js';
import { createBoltLogger } from './bolt-logger.js';

/**
 * One client for each job, because a client is one queue: a look-up that hangs holds up no post, and neither holds
 * up the path of a halt.
 */
export interface SlackClients {
  readonly posting: WebClient;
  readonly lookups: WebClient;
  readonly modals: WebClient;
  readonly urgent: WebClient;
}

/** Whatever is sent, no byte of it steers the place where it is shown. */
class PlainWebClient extends WebClient {
  override apiCall(method: string, options?: Record<string, unknown>): Promise<WebAPICallResult> {
    return super.apiCall(method, plainValue(options));
  }
}

/**
 * Every call has a time-out and none is repeated by the client: its own policy repeats for half an hour and posts
 * twice when a reply is lost. Who calls knows whether a repetition is safe.
 */
export function createSlackClients(config: SlackConfig, logger: Logger): SlackClients {
  const token = config.botToken.reveal();
  const client = (job: string, timeoutMs: number) => {
    const options: WebClientOptions = {
      ...(config.apiUrl === undefined ? {} : { slackApiUrl: config.apiUrl }),
      logger: createBoltLogger(logger.child({ slackClient: job })),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: timeoutMs,
    };
    return new PlainWebClient(token, options);
  };
  return {
    // Well above the 5 s that a call takes on a bad day: an answer given up on is a message that stands still.
    posting: client('posting', 15_000),
    lookups: client('lookups', 10_000),
    modals: client('modals', 15_000),
    urgent: client('urgent', 15_000),
  };
}
