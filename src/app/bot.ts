import type { BotConfig } from '../config/config.js';
import type { Block, Report, Subcommand } from '../conversation/subcommand.js';
import { type Halt, isSettled } from '../domain/halt.js';
import type { Locale } from '../domain/localized.js';
import type { Say } from '../domain/sentence.js';
import { createHaltAnnouncer, type HaltReportOptions } from '../halt/announce-halt.js';
import { createHaltStore } from '../halt/halt-queries.js';
import { createHaltYielding } from '../halt/halt-yielding.js';
import { createKnownGroups } from '../halt/known-groups.js';
import { createOperatorGate } from '../halt/operator-gate.js';
import { startHaltUpkeep } from '../halt/upkeep.js';
import { formerMessageTasks } from '../messages/former-jobs.js';
import { subjectChanged } from '../messages/message-jobs.js';
import { createMessageKeeper } from '../messages/message-keeper.js';
import { composeEngine } from '../release/engine/create-engine.js';
import { createRequestTasks } from '../release/request-tasks.js';
import { createSlackApp, type HomeVisit, type SlackApp } from '../slack/app.js';
import { createSlackConnection } from '../slack/connection.js';
import { postLive } from '../slack/conversation.js';
import { createSlackAnnouncer } from '../slack/slack-announcer.js';
import { createHomeRefresher, type HomeRefresher } from '../status/home-refresher.js';
import { createHomeVisitorStore } from '../status/home-visitor-store.js';
import { claimDelivery } from '../store/claim-delivery.js';
import { openState } from '../store/open-state.js';
import { createTransact } from '../store/transaction.js';
import { createLogger, type Logger } from '../telemetry/logger.js';
import { createMetrics } from '../telemetry/metrics.js';
import { systemClock, withTimeout } from '../time/clock.js';
import { followTrainings } from '../training/training-follower.js';
import { TASKS } from '../worker/task.js';
import { startWorker } from '../worker/worker.js';
import { prepareWorkerSchema } from '../worker/worker-schema.js';
import { compose } from './compose.js';
import {
  finishHaltsWithoutConfiguration,
  type HaltsGoingOn,
  openOrFinishHalts,
  startOrFinishHalts,
} from './finish-open-halts.js';
import { type Configuration, loadConfiguration } from './load-configuration.js';
import { createMessageTable, type MessageViews } from './message-table.js';
import type { Services } from './services.js';

export interface BotProgram {
  readonly subcommands: readonly Subcommand<Services>[];
  readonly say: Say;
  readonly unknown: (name: string, nearest: string | undefined, locale: Locale) => Report;
  readonly home: (
    visit: Pick<HomeVisit, 'person' | 'locale'>,
    services: Services,
  ) => Promise<readonly Block[]>;
  readonly messageViews: MessageViews;
  readonly haltReport: (halt: Halt, options: HaltReportOptions) => Report;
}

export interface Bot {
  /** Ends the work in flight, then everything else. */
  stop(): Promise<void>;
}

const REHEARSAL_ENDS_MS = 5_000;
/** What is told of a halt waits that long for its acts: whoever makes sentences takes the thread from them. */
const BEGIN_TIMEOUT_MS = 300;

/** @throws ConfigurationError with every fault of what people have written, before anything is opened; an Error where a dependency refuses the bot. */
export async function startBot(program: BotProgram): Promise<Bot> {
  const configuration = await loadConfiguration('bot').catch(async (error: unknown) => {
    await finishHaltsWithoutConfiguration(createLogger({ level: 'info', to: 'stdout' }));
    throw error;
  });
  const { config } = configuration;
  const logger = createLogger({ level: config.logLevel, to: 'stdout' });
  return startOrFinishHalts((goesOn) => startWith(program, { configuration, logger, goesOn }), {
    config,
    logger,
  });
}

interface Starting {
  readonly configuration: Configuration<BotConfig>;
  readonly logger: Logger;
  /** Told once halts go on in this process. */
  readonly goesOn: (halts: HaltsGoingOn) => void;
}

async function startWith(
  { subcommands, say, unknown, home, haltReport, messageViews }: BotProgram,
  { configuration, logger, goesOn }: Starting,
): Promise<Bot> {
  const { config } = configuration;
  const clock = systemClock;
  const warm = new AbortController();
  const yielding = createHaltYielding();
  const { yieldToHalt } = yielding;
  const connection = createSlackConnection({ config: config.slack, logger, clock, yieldToHalt });
  const opening = openState(config, 'bot', logger).then(async (opened) => {
    await prepareWorkerSchema(opened, { always: true });
    return opened;
  });
  const state = await openOrFinishHalts(opening, { config, clock, logger });
  // A halt may go on before there is a Home to show.
  let refresher: HomeRefresher | undefined;
  const homeChanged = () => refresher?.changed();
  const { services, releaseContext, hostOf, rehearseHalt, close } = compose({
    configuration,
    logger,
    state: async () => state,
    isApart: true,
    yielding,
    directory: connection.directory,
    slack: {
      changeMessage: (ref, report) => connection.poster.update(ref, report),
      postIn: (channel, report) =>
        postLive({ poster: connection.poster, clock, logger }, { channel }, report),
      homeChanged,
      announceHalt: (handle, channel) => announcer.announce(handle, channel),
      refreshHalt: (record) => announcer.refresh(record),
    },
    operators: (targets) =>
      createOperatorGate({
        targets,
        askGroup: async (group) => (await connection.directory.groupMembers(group, { fresh: true })).ids,
        clock,
        known: createKnownGroups(config.dataDir),
        warmUntil: warm.signal,
      }),
  });
  const { targets } = services.targets;
  const announcer = createHaltAnnouncer({
    targets,
    view: (halt, options) => haltReport(halt, { locale: config.locale, ...options }),
    operators: services.operators.who,
    open: (channel, ref) => connection.urgentMessage({ channel }, ref),
    find: (channel, key, sinceMs) => connection.urgentPoster.find({ channel }, key, sinceMs),
    yieldToHalt: () => withTimeout(clock, BEGIN_TIMEOUT_MS, yieldToHalt()),
    onChange: homeChanged,
    clock,
    logger,
  });
  // Before Slack is reached: a halt that was cut short waits for nothing.
  const endUpkeep = startHaltUpkeep({
    ...services,
    announcer,
    superseded: () => createHaltStore(state.pool).markSuperseded(services.runbook.strategy),
    targets,
    clock,
  });
  goesOn({ killSwitch: services.killSwitch, targets: [...targets.keys()], takeNoMore: endUpkeep });
  const visitors = createHomeVisitorStore(state.pool);
  const app: SlackApp = createSlackApp({
    config,
    connection,
    subcommands,
    services,
    say,
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
  refresher = createHomeRefresher({
    visitors,
    publish: (userId) => app.publishHome(userId),
    onError: (error) => logger.warn({ err: error }, 'a Home could not be shown anew'),
    now: () => new Date(clock.now()),
  });
  const keeper = createMessageKeeper({
    database: state.pool,
    transact: createTransact(async () => state.pool),
    table: createMessageTable({
      ...services,
      views: messageViews,
      releases: releaseContext,
      envPrefix: services.runbook.envPrefix,
      locale: config.locale,
    }),
    announcer: createSlackAnnouncer(connection.poster),
    subjectChanged,
    onChange: (kind) => {
      if (kind === 'request' || kind === 'release') homeChanged();
    },
    now: services.now,
    logger,
  });
  const worker = await startWorker({
    url: state.url,
    tasks: {
      ...composeEngine({ context: releaseContext, hostOf, clock, logger }),
      ...createRequestTasks(services.releases),
      [TASKS.message]: keeper.task,
      ...formerMessageTasks(keeper.task),
    },
    clock,
    logger,
  });
  const port = await app.start();
  const rehearsed = rehearseHalt().then(
    ({ hosts }) => {
      if (!hosts.every((host) => isSettled(host, 'disable')))
        logger.error({ hosts }, 'a rehearsal of the kill switch failed on this machine');
    },
    (error: unknown) =>
      logger.error({ err: error }, 'the kill switch could not be rehearsed on this machine'),
  );
  const trainings = followTrainings({
    trainings: services.trainings,
    changed: (trainingId) => services.messages.changed(`training:${trainingId}`),
    onError: (error) => logger.warn({ err: error }, 'a training could not be followed'),
    clock,
  });
  logger.info({ port, strategy: services.runbook.strategy }, 'the bot is ready');
  return {
    async stop() {
      await app.stop();
      await worker.stop();
      await trainings.stop();
      await withTimeout(clock, REHEARSAL_ENDS_MS, rehearsed);
      endUpkeep();
      warm.abort();
      await services.killSwitch.settled();
      await refresher?.idle();
      await close();
      await state.close();
      logger.info('the bot has ended');
    },
  };
}
