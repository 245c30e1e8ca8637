import { systemClock } from './clock.js';
import { compose } from './compose.js';
import { loadConfig, readEnvironment } from './config.js';
import type { Halt } from './domain/halt.js';
import type { Locale } from './domain/localized.js';
import { createHaltAnnouncer, type HaltReportOptions } from './rollback/announce-halt.js';
import { createOperatorGate } from './rollback/operator-gate.js';
import { startRollbackUpkeep } from './rollback/upkeep.js';
import type { Services } from './services.js';
import { createSlackApp, type HomeVisit, type SlackApp } from './slack/app.js';
import { createSlackConnection } from './slack/connection.js';
import { postLive } from './slack/conversation.js';
import { createHomeRefresher } from './status/home-refresher.js';
import { createHomeVisitorStore } from './store/home-visitor-store.js';
import { openState } from './store/open-state.js';
import { claimDelivery } from './store/queries/claim-delivery.js';
import type { Block, Report, Subcommand } from './subcommand.js';
import { createLogger } from './telemetry/logger.js';
import { createMetrics } from './telemetry/metrics.js';

export interface BotProgram {
  readonly subcommands: readonly Subcommand<Services>[];
  readonly unknown: (name: string, nearest: string | undefined, locale: Locale) => Report;
  readonly home: (
    visit: Pick<HomeVisit, 'person' | 'locale'>,
    services: Services,
  ) => Promise<readonly Block[]>;
  readonly haltReport: (halt: Halt, options: HaltReportOptions) => Report;
}

export interface Bot {
  /** Ends the work in flight, then everything else. */
  stop(): Promise<void>;
}

/** @throws ConfigError, ConfigurationError with every fault; an Error where a dependency refuses the bot. */
export async function startBot({ subcommands, unknown, home, haltReport }: BotProgram): Promise<Bot> {
  const config = loadConfig(readEnvironment(), { role: 'bot' });
  const logger = createLogger({ level: config.logLevel, to: 'stdout' });
  const clock = systemClock;
  const connection = createSlackConnection({ config: config.slack, logger, clock });
  const state = await openState(config, 'bot', logger);
  const { services, close } = await compose({
    config,
    logger,
    state: async () => state,
    slack: {
      changeMessage: (ref, report) => connection.poster.update(ref, report),
      postIn: (channel, report) =>
        postLive({ poster: connection.poster, clock, logger }, { channel }, report),
      homeChanged: () => refresher.changed(),
      announceHalt: (handle, channel) => announcer.announce(handle, channel),
    },
    operators: (targets) =>
      createOperatorGate({
        targets,
        askGroup: async (group) => (await connection.directory.groupMembers(group)).ids,
        clock,
      }),
  });
  const { targets } = services.targets;
  const announcer = createHaltAnnouncer({
    targets,
    view: (halt, options) => haltReport(halt, { locale: config.locale, ...options }),
    operators: services.operators.who,
    open: (channel, ref) => connection.urgentMessage({ channel }, ref),
    find: (channel, key, sinceMs) => connection.urgentPoster.find({ channel }, key, sinceMs),
    clock,
    logger,
  });
  // Before Slack is reached: a halt that was cut short waits for nothing.
  const endUpkeep = startRollbackUpkeep({ ...services, announcer, targets, clock });
  const visitors = createHomeVisitorStore(state.pool);
  const app: SlackApp = createSlackApp({
    config,
    connection,
    subcommands,
    services,
    onUnknown: async ({ name, nearest }, conversation) =>
      conversation.whisper(unknown(name, nearest, conversation.locale)),
    home: async (visit, all) => {
      if (visit.because === 'opened') {
        const isForgotten = (error: unknown) =>
          logger.warn({ err: error }, 'a visitor of the Home was not noted');
        await visitors.record(visit.person.id, new Date(clock.now())).catch(isForgotten);
      }
      return home(visit, all);
    },
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
  const refresher = createHomeRefresher({
    visitors,
    publish: (userId) => app.publishHome(userId),
    onError: (error) => logger.warn({ err: error }, 'a Home could not be shown anew'),
    now: () => new Date(clock.now()),
  });
  const port = await app.start();
  logger.info({ port, strategy: services.runbook.strategy }, 'the bot is ready');
  return {
    async stop() {
      await app.stop();
      endUpkeep();
      await services.rollback.settled();
      await refresher.idle();
      await close();
      await state.close();
      logger.info('the bot has ended');
    },
  };
}
