import type { BotConfig } from '../config/config.js';
import { type Halt, isSettled } from '../domain/halt.js';
import { markFlattensLost } from '../halt/flatten-queries.js';
import { markHaltsResolved, markHaltsSuperseded } from '../halt/halt-queries.js';
import { createHaltYielding } from '../halt/halt-yielding.js';
import { unreadableFiles } from '../halt/unreadable-files.js';
import { startHaltUpkeep } from '../halt/upkeep.js';
import { subjectChanged } from '../messages/message-jobs.js';
import { markReleasesResolved } from '../release/store/resolved-releases.js';
import { createSlackConnection } from '../slack/connection.js';
import { openState } from '../store/open-state.js';
import { createTransact } from '../store/transaction.js';
import { createLogger, type Logger } from '../telemetry/logger.js';
import { systemClock, withTimeout } from '../time/clock.js';
import { followTrainings } from '../training/training-follower.js';
import { prepareWorkerSchema } from '../worker/worker-schema.js';
import { createBotApp } from './bot-app.js';
import type { BotProgram } from './bot-program.js';
import { startBotWorker } from './bot-worker.js';
import { composeBot } from './compose-bot.js';
import {
  finishHaltsWithoutConfiguration,
  type HaltsGoingOn,
  openOrFinishHalts,
  startOrFinishHalts,
} from './finish-open-halts.js';
import { type Configuration, loadConfiguration } from './load-configuration.js';
import { tellUnreadable } from './tell-unreadable.js';

export interface Bot {
  /** Ends the work in flight, then everything else. */
  stop(): Promise<void>;
}

const REHEARSAL_ENDS_MS = 5_000;

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

async function startWith(program: BotProgram, { configuration, logger, goesOn }: Starting): Promise<Bot> {
  const { config } = configuration;
  const clock = systemClock;
  const yielding = createHaltYielding();
  const { yieldToHalt, isHalting } = yielding;
  const connection = createSlackConnection({ config: config.slack, logger, clock, yieldToHalt, isHalting });
  const opening = openState(config, 'bot', logger).then(async (opened) => {
    await prepareWorkerSchema(opened, { always: true });
    return opened;
  });
  const state = await openOrFinishHalts(opening, { config, clock, logger });
  const transact = createTransact(async () => state.pool);
  const parts = { program, configuration, connection, state, yielding, clock, logger };
  const composed = composeBot(parts);
  const { strategies, homeChanged } = composed;
  const all = strategies.map(({ services }) => services);
  // Before Slack is reached: a halt that was cut short waits for nothing.
  const upkeep = all.map((services, index) =>
    startHaltUpkeep({
      ...services,
      // They share the folder: one tells of it.
      unreadable: async () => (index === 0 ? unreadableFiles(config.dataDir) : []),
      onUnreadable: (files) => tellUnreadable(files, services, program, config),
      announcer: composed.announcer,
      superseded: async () => {
        const { strategy } = services.runbook;
        const resolved = await markHaltsResolved(state.pool, strategy);
        await transact(async (client) => {
          for (const releaseId of await markReleasesResolved(client, strategy))
            await subjectChanged(client, `release:${releaseId}`);
        });
        const lost = await markFlattensLost(state.pool, strategy);
        return [...resolved, ...lost, ...(await markHaltsSuperseded(state.pool, strategy))];
      },
      targets: services.targets.targets,
      clock,
    }),
  );
  const endUpkeep = () => {
    for (const end of upkeep) end();
  };
  const running = (target: string) =>
    all.find(({ targets }) => targets.targets.has(target))?.killSwitch.running(target);
  const targets = all.flatMap((services) => [...services.targets.targets.keys()]);
  goesOn({ killSwitch: { running }, targets, takeNoMore: endUpkeep });
  const { app, refresher } = createBotApp({
    ...parts,
    strategies: all,
    watched: strategies.map(({ watchContext }) => watchContext),
  });
  composed.homeChanges.add(() => refresher.changed());
  const workers = await Promise.all(
    strategies.map((one) => startBotWorker({ ...parts, ...one, homeChanged })),
  );
  const port = await app.start();
  const rehearsed = rehearse(composed.rehearseHalt, logger);
  const trainings = all.map((services) =>
    followTrainings({
      trainings: services.trainings,
      changed: (trainingId) => services.messages.changed(`training:${trainingId}`),
      onError: (error) => logger.warn({ err: error }, 'a training could not be followed'),
      clock,
    }),
  );
  for (const strategy of configuration.withoutTarget)
    logger.warn({ strategy }, 'no target names this strategy: nothing of it runs');
  logger.info({ port, strategies: all.map(({ runbook }) => runbook.strategy) }, 'the bot is ready');
  return {
    async stop() {
      await app.stop();
      await Promise.all([...workers, ...trainings].map((one) => one.stop()));
      await withTimeout(clock, REHEARSAL_ENDS_MS, rehearsed);
      endUpkeep();
      composed.endWarming();
      await Promise.all(all.map(({ killSwitch }) => killSwitch.settled()));
      await refresher.idle();
      await composed.close();
      await state.close();
      logger.info('the bot has ended');
    },
  };
}

async function rehearse(rehearseHalt: () => Promise<Halt>, logger: Logger): Promise<void> {
  try {
    const { hosts } = await rehearseHalt();
    if (!hosts.every((host) => isSettled(host, 'disable')))
      logger.error({ hosts }, 'a rehearsal of the kill switch failed on this machine');
  } catch (error) {
    logger.error({ err: error }, 'the kill switch could not be rehearsed on this machine');
  }
}
