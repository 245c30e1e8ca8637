import { createSlackApp, type SlackApp } from '../slack/app.js';
import { createHomeRefresher, type HomeRefresher } from '../status/home-refresher.js';
import { createHomeVisitorStore } from '../status/home-visitor-store.js';
import { claimDelivery } from '../store/claim-delivery.js';
import { createMetrics } from '../telemetry/metrics.js';
import type { WatchContext } from '../watch/watch-context.js';
import { registerWatchMetrics } from '../watch/watch-metrics.js';
import type { BotParts } from './bot-program.js';
import { selectTargetOf } from './select-target-of.js';
import type { Services } from './services.js';
import { routeByStrategy } from './strategy-router.js';

interface BotAppParts extends BotParts {
  /** The first one is the default target's. */
  readonly strategies: readonly Services[];
  readonly watched: readonly WatchContext[];
}

/** The bot in Slack, and what shows people's Homes anew. */
export function createBotApp(parts: BotAppParts): {
  readonly app: SlackApp;
  readonly refresher: HomeRefresher;
} {
  const { program, configuration, connection, strategies, state, clock, logger } = parts;
  const [services] = strategies;
  if (services === undefined) throw new Error('no strategy is configured');
  const names = strategies.map(({ runbook }) => runbook.strategy);
  const visitors = createHomeVisitorStore(state.pool, names);
  const now = () => new Date(clock.now());
  const metrics = createMetrics();
  registerWatchMetrics(metrics.registry, state.pool, parts.watched, logger);
  const app: SlackApp = createSlackApp({
    config: configuration.config,
    connection,
    subcommands: routeByStrategy(program.subcommands, {
      strategies,
      targetOf: (id) => selectTargetOf(state.pool, id),
    }),
    services,
    say: program.say,
    onUnknown: async (unknown, conversation) =>
      conversation.whisper(program.unknown(unknown, conversation.locale)),
    home: async (visit) => {
      if (visit.because === 'opened') {
        await visitors
          .record(visit.person.id, now())
          .catch((error: unknown) => logger.warn({ err: error }, 'a visitor of the Home was not noted'));
      }
      return program.home(visit, strategies);
    },
    claimDelivery: (key) => claimDelivery(state.pool, key, now()),
    dependencies: {
      stateDatabase: async () => {
        await state.pool.query('SELECT 1');
        return { ok: true };
      },
    },
    logger,
    metrics,
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
