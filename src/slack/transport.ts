import { HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt';
import { ConfigError, type SlackConfig } from '../config/config.js';
import type { DependencyCheck, DependencyState, HealthHandler } from '../telemetry/health.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { createBoltLogger } from './bolt-logger.js';
import { classifyFailure, isTokenRefusal } from './failure.js';
import { EVENTS_PATH, HttpEndpoint } from './http-endpoint.js';
import { SocketConnection } from './socket-connection.js';

/** How deliveries reach the bot. */
interface Transport {
  readonly receiver: Receiver;
  /** @returns the port of health and metrics. @throws ConfigError when Slack refuses the app token. */
  start(port: number): Promise<number>;
  /** Takes no more deliveries. */
  stopDeliveries(): Promise<void>;
  /** Ends the server of health and metrics. */
  stop(): Promise<void>;
  readonly state: DependencyCheck;
}

interface TransportOptions {
  readonly config: SlackConfig;
  readonly health: HealthHandler;
  /** Any call that Slack answers when the bot is welcome. */
  readonly probe: () => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const PROBE_TTL_MS = 15_000;

export function createTransport(options: TransportOptions): Transport {
  const { transport } = options.config;
  return transport.kind === 'socket'
    ? socketTransport(options, transport.appToken.reveal())
    : httpTransport(options, transport.signingSecret.reveal());
}

function socketTransport({ config, health, clock, logger }: TransportOptions, appToken: string): Transport {
  const receiver = new SocketModeReceiver({
    appToken,
    logger: createBoltLogger(logger),
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: {
        ...(config.apiUrl === undefined ? {} : { slackApiUrl: config.apiUrl }),
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        timeout: 10_000,
      },
    },
  });
  const connection = new SocketConnection({ client: receiver.client, clock, logger });
  const endpoint = new HttpEndpoint({ health, clock, logger });
  return {
    receiver,
    start: async (port) => {
      const used = await endpoint.start(port);
      await connection.start();
      if (!isTokenRefusal(connection.lastFailure)) return used;
      await Promise.all([connection.stop(), endpoint.stop()]);
      throw refusedToken('SLACK_APP_TOKEN', connection.lastFailure);
    },
    stopDeliveries: () => connection.stop(),
    stop: () => endpoint.stop(),
    state: () => {
      if (connection.isConnected) return { ok: true };
      return {
        ok: false,
        detail: `no Socket Mode connection (${connection.lastFailure ?? 'not connected yet'})`,
      };
    },
  };
}

function httpTransport(options: TransportOptions, signingSecret: string): Transport {
  const { health, clock, logger } = options;
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: EVENTS_PATH,
    logger: createBoltLogger(logger),
  });
  const endpoint = new HttpEndpoint({ health, receiver, clock, logger });
  return {
    receiver,
    start: (port) => endpoint.start(port),
    stopDeliveries: () => endpoint.stop(),
    stop: async () => undefined,
    state: probedState(options),
  };
}

/** In HTTP mode nothing stays connected: a call tells, at most one in `PROBE_TTL_MS`. */
function probedState({ probe, clock }: TransportOptions): DependencyCheck {
  let askedAt = Number.NEGATIVE_INFINITY;
  let answer: Promise<DependencyState> = Promise.resolve({ ok: false });
  return () => {
    if (clock.now() - askedAt < PROBE_TTL_MS) return answer;
    askedAt = clock.now();
    answer = probe().then(
      () => ({ ok: true }),
      (error: unknown) => {
        askedAt = Number.NEGATIVE_INFINITY;
        const failure = classifyFailure(error);
        return { ok: false, detail: failure.kind === 'refused' ? failure.code : failure.kind };
      },
    );
    return answer;
  };
}

export function refusedToken(variable: string, code: string): ConfigError {
  return new ConfigError([{ variable, fault: { code: 'token_refused', facts: { code } } }]);
}
