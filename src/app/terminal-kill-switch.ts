import { randomUUID } from 'node:crypto';
import { keepEvent } from '../audit/keep-event.js';
import { openLocalJournal } from '../audit/open-audit.js';
import { redactEvent } from '../audit/redact-details.js';
import type { CheckServiceOptions } from '../checks/check-service.js';
import type { Config } from '../config/config.js';
import { cancelReleases } from '../halt/cancel-releases.js';
import { createKillSwitch } from '../halt/create-kill-switch.js';
import type { HaltMessage } from '../halt/halt-schema.js';
import { createHaltStore, type HaltStore } from '../halt/halt-store.js';
import type { KillSwitchServices } from '../halt/kill-switch-services.js';
import { everybodyHere } from '../halt/operator-gate.js';
import { createPreviousModel } from '../halt/previous-model.js';
import { loadStrategyFacts, type StrategyFacts } from '../halt/strategy-facts.js';
import { loadTargetsForHalt } from '../halt/targets-for-halt.js';
import { createHaltVerification, createStartProof } from '../halt/verify-after-halt.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { identifyProcess } from '../machine/process-identity.js';
import { holdLock } from '../machine/process-lock.js';
import { subjectChanged } from '../messages/message-jobs.js';
import { releaseQueue } from '../release/release-jobs.js';
import { selectKnownGood } from '../release/store/known-good-store.js';
import { selectModelMemory } from '../release/store/model-memory.js';
import { ConfigurationError, type ConfigurationFault } from '../runbook/configuration-fault.js';
import { runbookFiles } from '../runbook/runbook-files.js';
import type { Target } from '../runbook/targets.js';
import { targetsOf } from '../runbook/targets-of-strategy.js';
import { openState } from '../store/open-state.js';
import type { Queryable } from '../store/queryable.js';
import { createTransact } from '../store/transaction.js';
import type { Logger } from '../telemetry/logger.js';
import { systemClock, withTimeout } from '../time/clock.js';
import { createTradingDatabase } from '../trading/trading-database.js';
import { LaterState } from './later-state.js';
import { TerminalHosts } from './terminal-hosts.js';

const JOURNAL_CLOSE_MS = 2_000;
/** Somebody looks at the terminal: section 4 after a halt is not waited for longer. */
const VERIFY_LIMIT_MS = 15_000;

interface TerminalKillSwitch {
  /** Those of the default target's strategy. */
  readonly services: KillSwitchServices;
  /** Of each strategy whose flag is known, the default target's first. */
  readonly strategies: readonly KillSwitchServices[];
  /** What is wrong with the targets file beside the targets that can be halted. */
  readonly faults: readonly ConfigurationFault[];
  close(): Promise<void>;
}

/**
 * The kill switch from the targets file and the hosts alone: no runbook but its contract, no Slack, and neither database
 * need answer. What it writes to this machine's journal the bot moves into its database.
 * @throws ConfigurationError when the targets file, or the flag's name, cannot be read.
 */
export async function openTerminalKillSwitch(config: Config, logger: Logger): Promise<TerminalKillSwitch> {
  const [{ known, faults: unknown }, { targets, faults }] = await Promise.all([
    loadAllFacts(config.runbookFile),
    loadTargetsForHalt(config.targetsFile),
  ]);
  const hosts = new TerminalHosts(config);
  const state = new LaterState(() => openState(config, 'terminal', logger));
  const hostOf = (settings: TargetHost) => hosts.of(settings);
  const url = config.tradingDatabaseUrl?.reveal();
  const standbyMaxLagSecs = config.tradingStandbyMaxLagSecs;
  const trading = url === undefined ? undefined : createTradingDatabase({ url, standbyMaxLagSecs, logger });
  const lock = holdLock(config.dataDir, identifyProcess(process.pid));
  const journal = openLocalJournal(config, process.pid, logger);
  const transact = createTransact(() => state.pool());
  let keeping: Promise<unknown> = Promise.resolve();
  // A target that names no strategy belongs to nobody where there are several, whether they can be read or not.
  const everyContract = [...known.map(({ facts }) => facts), ...unknown.map(() => ({ strategy: '' }))];
  const servicesOf = ({ file, facts }: KnownFacts): KillSwitchServices => {
    const own = targetsOf(targets, facts, everyContract);
    const killSwitch = createKillSwitch({
      config,
      facts,
      hostOf,
      trading,
      store: createTellingStore(() => state.pool()),
      owedMessages: reportOwed,
      latestStored: async (strategy, target) => createHaltStore(await state.pool()).latest(strategy, target),
      keepEvent: (event) => {
        const kept = keepEvent({ journal, transact }, redactEvent(event)).then(() => undefined);
        keeping = Promise.allSettled([keeping, kept]);
        return kept;
      },
      // What a closed terminal leaves undone the bot finds on the disk.
      cancelReleases: async (halt) =>
        state.isClosed ? null : cancelReleases({ transact, queue: releaseQueue, subjectChanged }, halt),
      proveStart: async (halt) => {
        const loaded = await loadChecks({ file, targets: own, hostOf, trading, logger });
        return loaded && createStartProof(loaded.checks, own, loaded.runbook).proveStart?.(halt);
      },
      verify: async (halt) => {
        // What gave no answer while the halt was watched is not waited for once more.
        if (trading === undefined || halt.entryWatch.state === 'unknown') return null;
        const loaded = await loadChecks({ file, targets: own, hostOf, trading, logger });
        const asked = loaded && createHaltVerification(loaded.checks, own)(halt);
        return (asked && (await withTimeout(systemClock, VERIFY_LIMIT_MS, asked))) ?? null;
      },
      pid: process.pid,
      clock: systemClock,
      logger,
    });
    const { strategy } = facts;
    const previousModel = createPreviousModel({
      facts,
      hostOf,
      everyTarget: targets.every,
      knownGood: async (target) => selectKnownGood(await state.pool(), { strategy, target }),
      memory: async (target) => selectModelMemory(await state.pool(), { strategy, target }),
    });
    const everyStrategy = () => strategies;
    return { killSwitch, previousModel, targets: own, operators: everybodyHere, everyStrategy };
  };
  const all = known.map(servicesOf);
  const isDefault = (one: KillSwitchServices) => one.targets.targets.has(targets.defaultTarget);
  const strategies: readonly KillSwitchServices[] = [
    ...all.filter(isDefault),
    ...all.filter((one) => !isDefault(one)),
  ];
  const [services] = strategies;
  if (services === undefined) throw new ConfigurationError(unknown);
  return {
    services,
    strategies,
    faults: [...unknown, ...faults],
    async close() {
      const settled = strategies.map(({ killSwitch }) => killSwitch.settled());
      await state.closeAfter(Promise.all([...settled, keeping]));
      // A disk that hangs holds it for ever.
      await withTimeout(systemClock, JOURNAL_CLOSE_MS, journal.close().then(lock.release));
      await trading?.close();
      hosts.close();
    },
  };
}

/** Where a bot would have told it: a terminal has no Slack. */
const reportOwed = ({ channels }: Target): readonly HaltMessage[] => {
  const channel = channels?.reports ?? channels?.incidents;
  return channel === undefined ? [] : [{ role: 'report', channel, ts: null }];
};

/** Where bots find a halt that is to be told. What goes on elsewhere keeps no terminal from its own acts. */
function createTellingStore(pool: () => Promise<Queryable>): HaltStore {
  const stored = async () => createHaltStore(await pool());
  return {
    claim: async () => undefined,
    save: async (record, owner) => (await stored()).save(record, owner),
    get: async (haltId) => (await stored()).get(haltId),
    latest: async (strategy, target) => (await stored()).latest(strategy, target),
    noteFollowers: async () => {},
    ofTerminals: async () => [],
    claimTelling: async () => undefined,
    takeAbandoned: async () => [],
    takeUnannounced: async () => [],
  };
}

interface KnownFacts {
  readonly file: string;
  readonly facts: StrategyFacts;
}

/**
 * What a halt needs of every runbook. One that does not tell the flag's name leaves its own targets out, and no others.
 */
async function loadAllFacts(place: string) {
  const known: KnownFacts[] = [];
  const faults: ConfigurationFault[] = [];
  for (const file of await runbookFiles(place)) {
    try {
      known.push({ file, facts: await loadStrategyFacts(file) });
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      faults.push(...error.faults);
    }
  }
  return { known, faults };
}

interface ChecksParts {
  /** The runbook. */
  readonly file: string;
  readonly targets: Parameters<typeof createStartProof>[1];
  readonly hostOf: CheckServiceOptions['hostOf'];
  readonly trading: CheckServiceOptions['trading'];
  readonly logger: Logger;
}

/** The bot's own checks, loaded only when they are next: undefined where the runbook is at fault, and nobody can look. */
async function loadChecks({ file, targets, hostOf, trading, logger }: ChecksParts) {
  // One after the other: they share modules, and not every loader links those at the same time.
  const { PROBE_KINDS } = await import('../checks/probe-kinds.js');
  const { loadRunbook } = await import('../runbook/load-runbook.js');
  const { createCheckService } = await import('../checks/check-service.js');
  const runbook = await loadRunbook(file, PROBE_KINDS).catch(() => undefined);
  if (runbook === undefined) return undefined;
  const checks = createCheckService({
    runbook,
    targets,
    hostOf,
    trading,
    saveRun: async () => {},
    onStoreError: () => {},
    onProbeError: (check, error) => logger.error({ err: error, check }, 'a check failed inside the terminal'),
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: randomUUID,
  });
  return { checks, runbook };
}
