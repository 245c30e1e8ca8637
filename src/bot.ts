import { compose } from './compose.js';
import { loadConfig, readEnvironment } from './config.js';
import { systemClock } from './clock.js';
import type { Locale } from './domain/localized.js';
import type { Services } from './services.js';
import { createSlackApp } from './slack/app.js';
import { createSlackConnection } from './slack/connection.js';
import { openState } from './store/open-state.js';
import { claimDelivery } from './store/queries/claim-delivery.js';
import type { Report, Subcommand } from './subcommand.js';
import { createLogger } from './telemetry/logger.js';
import { createMetrics } from './telemetry/metrics.js';

export interface BotProgram {
  readonly subcommands: readonly Subcommand<Services>[];
  readonly unknown: (name: string, nearest: string | undefined, locale: Locale) => Report;
}

export interface Bot {
  /** Ends the work in flight, then everything else. */
  stop(): Promise<void>;
}

/** @throws ConfigError, ConfigurationError with every fault; an Error where a dependency refuses the bot. */
export async function startBot({ subcommands, unknown }: BotProgram): Promise<Bot> {
  const config = loadConfig(readEnvironment(), { role: 'bot' });
  const logger = createLogger({ level: config.logLevel, to: 'stdout' });
  const clock = systemClock;
  const connection = createSlackConnection({ config: config.slack, logger, clock });
  const state = await openState(config, 'bot', logger);
  const { services, close } = await compose({
    config,
    logger,
    state: async () => state,
    changeMessage: (ref, report) => connection.poster.update(ref, report),
  });
  const app = createSlackApp({
    config,
    connection,
    subcommands,
    services,
    onUnknown: async ({ name, nearest }, conversation) =>
      conversation.whisper(unknown(name, nearest, conversation.locale)),
    claimDelivery: (key) => claimDelivery(state.pool, key, new Date(clock.now())),
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
  const port = await app.start();
  logger.info({ port, strategy: services.runbook.strategy }, 'the bot is ready');
  return {
    async stop() {
      await app.stop();
      await close();
      await state.close();
      logger.info('the bot has ended');
    },
  };
}
