import { App } from '@slack/bolt';
import type { BotConfig } from '../config/config.js';
import type { Conversation, Subcommand } from '../conversation/subcommand.js';
import type { Locale } from '../domain/localized.js';
import type { Person } from '../domain/person.js';
import type { Block } from '../domain/report.js';
import type { Say } from '../domain/sentence.js';
import type { UnknownSubcommand } from '../domain/unknown-subcommand.js';
import {
  createHealthHandler,
  createMetricsHandler,
  type DependencyCheck,
  type HealthHandler,
} from '../telemetry/health.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Clock } from '../time/clock.js';
import { createBoltLogger } from './bolt-logger.js';
import { newReference, type SlackConnection } from './connection.js';
import { type ClaimDelivery, DeliveryGate } from './delivery.js';
import { Dispatch } from './dispatch.js';
import { classifyFailure, isTokenRefusal } from './failure.js';
import { HttpEndpoint } from './http-endpoint.js';
import { InFlight } from './in-flight.js';
import { Intake } from './intake.js';
import { registerListeners } from './listeners.js';
import { createProblemDescriber } from './problem.js';
import { ResponseUrl } from './response-url.js';
import { indexSubcommands } from './subcommand-index.js';
import { createTransport, refusedToken } from './transport.js';

/** Somebody who looks at the app's Home. */
export interface HomeVisit {
  readonly person: Person;
  readonly locale: Locale;
  /** The person has just opened it, or it is shown anew to somebody who has. */
  readonly because: 'opened' | 'changed';
}

export interface SlackAppOptions<Services> {
  readonly config: Pick<BotConfig, 'slack' | 'port' | 'listenAddress' | 'metricsListen' | 'locale'>;
  readonly connection: SlackConnection;
  readonly subcommands: readonly Subcommand<Services>[];
  readonly services: Services;
  readonly say: Say;
  readonly onUnknown: (unknown: UnknownSubcommand, conversation: Conversation) => Promise<void>;
  readonly home?: (visit: HomeVisit, services: Services) => Promise<readonly Block[]>;
  readonly claimDelivery: ClaimDelivery;
  /** What `/readyz` asks besides Slack. */
  readonly dependencies: Readonly<Record<string, DependencyCheck>>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** How long `stop` waits for work in flight, ms. */
  readonly drainMs?: number;
}

export interface SlackApp {
  /** @returns the port of health and metrics. @throws ConfigError when Slack refuses a token; EADDRINUSE. */
  start(): Promise<number>;
  /** Takes no more deliveries, waits for the work in flight, then ends. Resolves to false when some was left. */
  stop(): Promise<boolean>;
  /** Shows a person's Home anew, e.g. because something has changed. */
  publishHome(userId: string): Promise<void>;
}

const DRAIN_MS = 20_000;

export function createSlackApp<Services>(options: SlackAppOptions<Services>): SlackApp {
  const { config, connection, logger, metrics, clock, services, home } = options;
  const { clients } = connection;
  const inFlight = new InFlight();
  const gate = new DeliveryGate({ claim: options.claimDelivery, clock, logger });
  const describe = createProblemDescriber({
    locale: config.locale,
    say: options.say,
    logger,
    newReference,
  });
  const dispatch = new Dispatch({
    index: indexSubcommands(options.subcommands),
    services,
    onUnknown: options.onUnknown,
    describe,
    responseUrl: (url) => new ResponseUrl({ url, clock, logger, fetch }),
    parts: (urgent) => ({
      poster: urgent ? connection.urgentPoster : connection.poster,
      ephemeral: urgent ? clients.urgent.chat : clients.posting.chat,
      modals: urgent ? clients.urgent : clients.modals,
      clock,
      logger,
      locale: config.locale,
    }),
  });
  const metricsHandler = createMetricsHandler(metrics.registry);
  const metricsEndpoint = createMetricsEndpoint(options, metricsHandler);
  const transport = createTransport({
    config: config.slack,
    clock,
    logger,
    probe: () => clients.lookups.auth.test(),
    handlers: [
      createHealthHandler({ dependencies: { slack: () => transport.state(), ...options.dependencies } }),
      ...(metricsEndpoint === undefined ? [metricsHandler] : []),
    ],
  });

  async function publishHome(userId: string, because: HomeVisit['because']): Promise<void> {
    if (home === undefined) return;
    const person: Person = { id: userId, name: userId, surface: 'slack' };
    const blocks = await home({ person, locale: config.locale, because }, services);
    // Ours to type: Slack knows kinds of blocks that its types do not list yet.
    await clients.modals.views.publish({
      user_id: userId,
      view: { type: 'home', blocks: [...blocks] as never[] },
    });
  }

  const app = new App({
    receiver: transport.receiver,
    logger: createBoltLogger(logger),
    // Known without a call: an acknowledgement waits for nothing.
    authorize: async () => ({ botToken: config.slack.botToken.reveal() }),
    ignoreSelf: false,
    convoStore: false,
  });
  registerListeners(app, {
    intake: new Intake({ gate, inFlight, metrics, clock, logger }),
    dispatch,
    client: clients.modals,
    clock,
    locale: config.locale,
    say: options.say,
    describe,
    publishHome: (userId) => publishHome(userId, 'opened'),
  });

  return {
    start: async () => {
      await checkBotToken(connection, logger);
      await metricsEndpoint?.start();
      return transport.start({ port: config.port, address: config.listenAddress });
    },
    stop: async () => {
      await transport.stopDeliveries();
      const isIdle = await inFlight.idle(options.drainMs ?? DRAIN_MS, clock);
      if (!isIdle) logger.warn({ left: inFlight.size }, 'work was still in flight when the bot ended');
      await transport.stop();
      await metricsEndpoint?.stop();
      return isIdle;
    },
    publishHome: (userId) => publishHome(userId, 'changed'),
  };
}

/** Metrics on an address of their own; undefined: they are had where everything else is. */
function createMetricsEndpoint<Services>(
  { config: { metricsListen }, logger, clock }: SlackAppOptions<Services>,
  handler: HealthHandler,
) {
  if (metricsListen === undefined) return undefined;
  const { port, address } = metricsListen;
  const endpoint = new HttpEndpoint({ handlers: [handler], clock, logger });
  return {
    start: async () => {
      const metricsPort = await endpoint.start(port, address);
      logger.info({ metricsPort, address }, 'metrics are had there');
    },
    stop: () => endpoint.stop(),
  };
}

/** A wrong token stops the start; an outage does not: the bot must be able to start while Slack is down. */
async function checkBotToken({ clients }: SlackConnection, logger: Logger): Promise<void> {
  try {
    const { user_id, team } = await clients.lookups.auth.test();
    logger.info({ botUser: user_id, team }, 'Slack knows the bot');
  } catch (error) {
    const failure = classifyFailure(error);
    if (failure.kind === 'refused' && isTokenRefusal(failure.code)) {
      throw refusedToken('SLACK_BOT_TOKEN', failure.code);
    }
    logger.warn({ err: error }, 'Slack did not say who the bot is; starting all the same');
  }
}
