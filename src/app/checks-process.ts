import { answerOf } from '../backtest/backtest-answer.js';
import { createBacktester } from '../backtest/create-backtester.js';
import type { ChecksBot, ChecksProcess, LoadedFiles } from '../checks/apart/link.js';
import { createCheckService } from '../checks/check-service.js';
import type { ContextOptions } from '../checks/create-contexts.js';
import { onThisSystem } from '../checks/on-this-system.js';
import { sessionEnvironment, sshEnvironment } from '../config/config.js';
import { logPageOf } from '../domain/log-page.js';
import { createHost } from '../hosts/kinds/create-host.js';
import { sshFoldersIn } from '../hosts/ssh/ssh-folders.js';
import { connectToParent } from '../machine/parent-process.js';
import { filesOf } from '../runbook/runbook.js';
import { createLogger } from '../telemetry/logger.js';
import { systemClock } from '../time/clock.js';
import { createYielding } from '../time/yielding.js';
import { createTradingDatabase } from '../trading/trading-database.js';
import { loadConfiguration } from './load-configuration.js';

/**
 * The program of the bot's process for checks. It lives as long as the bot's end of the channel is open: the bot ends
 * its work in flight first, so what ends the bot by a signal does not end this.
 */
const [controlFolder = '', strategy = ''] = process.argv.slice(2);
const { config, strategies, ...first } = await loadConfiguration('terminal', { file: '' });
const { runbook, targets } = strategies.find((one) => one.runbook.strategy === strategy) ?? first;
const logger = createLogger({ level: config.logLevel, to: 'stdout' });
const yielding = createYielding(systemClock);
/** How often a back-test looks whether a run has ended. */
const YIELD_MS = 50;
const ssh = { ...sshFoldersIn(controlFolder), environment: sshEnvironment() };
const running = new Map<number, AbortController>();
const backtesting = new Map<number, AbortController>();

const parts = {
  runbook,
  targets,
  hostOf: (settings) =>
    createHost(settings, {
      files: filesOf(runbook),
      ssh,
      session: sessionEnvironment(),
      yieldToHalt: yielding.yieldToHalt,
    }),
  trading:
    config.tradingDatabaseUrl === undefined
      ? undefined
      : createTradingDatabase({
          url: config.tradingDatabaseUrl.reveal(),
          standbyMaxLagSecs: config.tradingStandbyMaxLagSecs,
          logger,
        }),
  ...onThisSystem(logger),
  stateMoment: () => bot.stateMoment(),
  releasedFiles: (target) => bot.releasedFiles(target),
  passedWindows: (target, since) => bot.passedWindows(target, since),
  lastConfirmed: (target) => bot.lastConfirmed(target),
  drillFacts: (target) => bot.drillFacts(target),
} satisfies ContextOptions & ReturnType<typeof onThisSystem>;

// The bot stores it.
const service = createCheckService({
  ...parts,
  saveRun: async () => undefined,
  onStoreError: () => undefined,
});
/** Of the few connections a back-test takes one at a time; runs and halts go first. */
const backtester = createBacktester({
  ...parts,
  pause: (ms) => systemClock.sleep(ms),
  yieldToOthers: async () => {
    while (running.size > 0) await systemClock.sleep(YIELD_MS);
    await yielding.yieldToHalt();
  },
  allPassedWindows: (target, since) => bot.allPassedWindows(target, since),
  storedRuns: (target) => ({
    count: (from, to) => bot.countStoredRuns(target, from, to),
    ids: (from, to, limit) => bot.storedRunIds(target, from, to, limit),
    get: (runId) => bot.storedRun(runId),
  }),
});

const own: ChecksProcess = {
  async run(id, request) {
    const controller = new AbortController();
    running.set(id, controller);
    const told = new Set<string>();
    try {
      const { run } = await service.run({
        ...request,
        signal: controller.signal,
        onProgress: (checks) => {
          for (const { id: check, result } of checks) {
            if (result === undefined || told.has(check)) continue;
            told.add(check);
            bot.observed(id, result);
          }
        },
      });
      return run;
    } finally {
      running.delete(id);
    }
  },
  async examine(id, { checks, ...request }) {
    const controller = new AbortController();
    running.set(id, controller);
    const known = runbook.sections.flatMap((section) => section.checks);
    const wanted = known.filter((check) => checks.includes(check.id));
    return service
      .examine({ ...request, checks: wanted, signal: controller.signal })
      .finally(() => running.delete(id));
  },
  async backtest(id, wish) {
    const controller = new AbortController();
    backtesting.set(id, controller);
    const target = targets.targets.get(wish.target);
    try {
      if (target === undefined) return { kind: 'fault', fault: { code: 'no_process' } };
      return await answerOf(
        backtester.run(target, wish, {
          signal: controller.signal,
          onProgress: (progress) => void bot.backtested(id, progress),
        }),
        (error) => logger.error({ err: error }, 'a back-test failed inside the bot'),
      );
    } finally {
      backtesting.delete(id);
    }
  },
  logPage: async (text, page) => logPageOf(text, page),
  cancel: (id) => (running.get(id) ?? backtesting.get(id))?.abort(),
  haltBegins: yielding.haltBegins,
  haltSettled: yielding.haltSettled,
};

const bot = connectToParent<ChecksBot, ChecksProcess, LoadedFiles>(own, ['observed', 'backtested'], () =>
  process.exit(),
);

bot.ready({ runbook: runbook.sha256, targets: targets.sha256 });
