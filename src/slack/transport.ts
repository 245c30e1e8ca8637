import { HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt';
import { ConfigError, type SlackConfig } from '../config/config.js';
import type { DependencyCheck, HealthHandler } from '../telemetry/health.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { createBoltLogger } from './bolt-logger.js';
import { isTokenRefusal } from './failure.js';
import { EVENTS_PATH, HttpEndpoint } from './http-endpoint.js';
import { probedState } from './probed-state.js';
import { SocketConnection } from './socket-connection.js';

/** How deliveries reach the bot. */
interface Transport {
  readonly receiver: Receiver;
  /** @returns the port of health and metrics. @throws ConfigError when Slack refuses the app token. */
  start(place: ListenPlace): Promise<number>;
  /** Takes no more deliveries. */
  stopDeliveries(): Promise<void>;
  /** Ends the server of health and metrics. */
  stop(): Promise<void>;
  readonly state: DependencyCheck;
}

/** What `LISTEN_ADDRESS` and `PORT` say. */
interface ListenPlace {
  readonly address: string | undefined;
  readonly port: number;
}

/** Of Socket Mode, where nobody but this machine need ask: those who watch from elsewhere say so. */
const LOOPBACK = '127.0.0.1';

interface TransportOptions {
  readonly config: SlackConfig;
  readonly handlers: readonly HealthHandler[];
  /** Any call that Slack answers when the bot is welcome. */
  readonly probe: () => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createTransport(options: TransportOptions): Transport {
  const { transport } = options.config;
  return transport.kind === 'socket'
    ? socketTransport(options, transport.appToken.reveal())
    : httpTransport(options, transport.signingSecret.reveal());
}

function socketTransport({ config, handlers, clock, logger }: TransportOptions, appToken: string): Transport {
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
  const endpoint = new HttpEndpoint({ handlers, clock, logger });
  return {
    receiver,
    start: async ({ port, address = LOOPBACK }) => {
      const used = await endpoint.start(port, address);
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
  const { handlers, clock, logger, probe } = options;
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: EVENTS_PATH,
    logger: createBoltLogger(logger),
  });
  const endpoint = new HttpEndpoint({ handlers, receiver, clock, logger });
  return {
    receiver,
    start: ({ port, address }) => endpoint.start(port, address),
    stopDeliveries: () => endpoint.stop(),
    stop: async () => undefined,
    state: probedState(probe, clock),
  };
}

export function refusedToken(variable: string, code: string): ConfigError {
  return new ConfigError([{ variable, fault: { code: 'token_refused', facts: { code } } }]);
}
