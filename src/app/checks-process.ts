import type { ChecksBot, ChecksProcess, LoadedFiles } from '../checks/apart/link.js';
import { createCheckService } from '../checks/check-service.js';
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
const ssh = { ...sshFoldersIn(controlFolder), environment: sshEnvironment() };
const running = new Map<number, AbortController>();

const service = createCheckService({
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
  // The bot stores it.
  saveRun: async () => undefined,
  onStoreError: () => undefined,
  ...onThisSystem(logger),
  stateMoment: () => bot.stateMoment(),
  releasedFiles: (target) => bot.releasedFiles(target),
  passedWindows: (target, since) => bot.passedWindows(target, since),
  lastConfirmed: (target) => bot.lastConfirmed(target),
  drillFacts: (target) => bot.drillFacts(target),
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
  logPage: async (text, page) => logPageOf(text, page),
  cancel: (id) => running.get(id)?.abort(),
  haltBegins: yielding.haltBegins,
  haltSettled: yielding.haltSettled,
};

const bot = connectToParent<ChecksBot, ChecksProcess, LoadedFiles>(own, ['observed'], () => process.exit());

bot.ready({ runbook: runbook.sha256, targets: targets.sha256 });
