import { createSlackApp, type SlackApp } from '../slack/app.js';
import { createHomeRefresher, type HomeRefresher } from '../status/home-refresher.js';
import { createHomeVisitorStore } from '../status/home-visitor-store.js';
import { claimDelivery } from '../store/claim-delivery.js';
import { createMetrics } from '../telemetry/metrics.js';
import type { BotParts } from './bot-program.js';
import type { Services } from './services.js';

interface BotAppParts extends BotParts {
  readonly services: Services;
}

/** The bot in Slack, and what shows people's Homes anew. */
export function createBotApp(parts: BotAppParts): {
  readonly app: SlackApp;
  readonly refresher: HomeRefresher;
} {
  const { program, configuration, connection, services, state, clock, logger } = parts;
  const visitors = createHomeVisitorStore(state.pool);
  const now = () => new Date(clock.now());
  const app: SlackApp = createSlackApp({
    config: configuration.config,
    connection,
    subcommands: program.subcommands,
    services,
    say: program.say,
    onUnknown: async ({ name, nearest }, conversation) =>
      conversation.whisper(program.unknown(name, nearest, conversation.locale)),
    home: async (visit, all) => {
      if (visit.because === 'opened') {
        await visitors
          .record(visit.person.id, now())
          .catch((error: unknown) => logger.warn({ err: error }, 'a visitor of the Home was not noted'));
      }
      return program.home(visit, all);
    },
    claimDelivery: (key) => claimDelivery(state.pool, key, now()),
    dependencies: {
      stateDatabase: async () => {
        await state.pool.query('SELECT 1');
        return { ok: true };
      },
    },
    logger,
    metrics: createMetrics(),
    clock,
  });
  const refresher = createHomeRefresher({
    visitors,
    publish: (userId) => app.publishHome(userId),
    onError: (error) => logger.warn({ err: error }, 'a Home could not be shown anew'),
    now,
  });
  return { app, refresher };
}
