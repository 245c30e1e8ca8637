import { createHeadTask, postHeads } from '../audit/post-head.js';
import { createBacktestTask } from '../backtest/backtest-task.js';
import type { PostedHead } from '../domain/posted-head.js';
import { createDrillTask } from '../drill/drill-task.js';
import { formerMessageTasks } from '../messages/former-jobs.js';
import { subjectChanged } from '../messages/message-jobs.js';
import { createMessageKeeper } from '../messages/message-keeper.js';
import { composeEngine } from '../release/engine/create-engine.js';
import { createSlackAnnouncer } from '../slack/slack-announcer.js';
import { createTransact } from '../store/transaction.js';
import { startWatchGuard } from '../watch/watch-guard.js';
import { TASKS, type Task } from '../worker/task.js';
import { startWorker } from '../worker/worker.js';
import type { BotParts } from './bot-program.js';
import type { ComposedStrategy } from './compose.js';
import { createMessageTable } from './message-table.js';
import { isWatchCall } from './watch-messages.js';
import { watchTasks } from './watch-work.js';

interface BotWorkerParts
  extends BotParts,
    Pick<ComposedStrategy, 'services' | 'releaseContext' | 'watchContext' | 'hostOf'> {
  readonly homeChanged: () => void;
}

/** The durable work of this replica: releases, the clocks of requests, and messages that stay true. */
export async function startBotWorker(parts: BotWorkerParts) {
  const { program, configuration, connection, state, services, releaseContext, hostOf, clock, logger } =
    parts;
  const keeper = createMessageKeeper({
    database: state.pool,
    transact: createTransact(async () => state.pool),
    table: createMessageTable({
      ...services,
      views: program.messageViews,
      releases: releaseContext,
      envPrefix: services.runbook.envPrefix,
      locale: configuration.config.locale,
    }),
    announcer: createSlackAnnouncer(connection.poster, { poster: connection.urgentPoster, is: isWatchCall }),
    subjectChanged,
    onChange: (kind) => {
      if (kind === 'request' || kind === 'release' || kind === 'drill') parts.homeChanged();
    },
    now: services.now,
    logger,
  });
  const worker = await startWorker({
    url: state.url,
    strategies: [services.runbook.strategy],
    tasks: {
      ...composeEngine({ context: releaseContext, hostOf, clock, logger }),
      [TASKS.message]: keeper.task,
      [TASKS.drill]: createDrillTask(services.drills, state.pool),
      ...watchTasks(parts),
      [TASKS.backtest]: createBacktestTask(services.backtests, state.pool),
      ...formerMessageTasks(keeper.task),
      ...headTask(parts),
    },
    clock,
    logger,
  });
  if (configuration.config.auditChannel !== undefined) await postHeads(state.pool);
  const watchGuard = startWatchGuard({ ...parts.watchContext, clock, logger });
  return {
    async stop() {
      await watchGuard.stop();
      await worker.stop();
    },
  };
}

/** A bot without a channel for it leaves the job to one that has one. */
function headTask(parts: BotWorkerParts): Readonly<Record<string, Task>> {
  const { program, configuration, connection, state, services } = parts;
  const { auditChannel: channel, locale } = configuration.config;
  if (channel === undefined) return {};
  const announcer = createSlackAnnouncer(connection.poster);
  const view = (head: PostedHead) => program.auditHead(head, locale);
  const openKey = services.auditKey.open;
  const task = createHeadTask({
    database: state.pool,
    trail: services.audit,
    openKey,
    announcer,
    channel,
    view,
  });
  return { [TASKS.auditHead]: task };
}
