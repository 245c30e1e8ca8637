import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepEvent } from '../audit/keep-event.js';
import { openLocalJournal } from '../audit/open-audit.js';
import { redactEvent } from '../audit/redact-details.js';
import type { CheckServiceOptions } from '../checks/check-service.js';
import { type Config, sshEnvironment } from '../config/config.js';
import { cancelReleases } from '../halt/cancel-releases.js';
import { createKillSwitch } from '../halt/create-kill-switch.js';
import { createHaltStore } from '../halt/halt-queries.js';
import type { KillSwitchServices } from '../halt/kill-switch-services.js';
import { createPreviousModel } from '../halt/previous-model.js';
import { loadStrategyFacts } from '../halt/strategy-facts.js';
import { loadTargetsForHalt } from '../halt/targets-for-halt.js';
import { createStartProof } from '../halt/verify-after-halt.js';
import { createHost } from '../hosts/kinds/create-host.js';
import { hostKindOf } from '../hosts/kinds/host-kinds.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { subjectChanged } from '../messages/message-jobs.js';
import { releaseQueues } from '../release/release-jobs.js';
import { selectKnownGood } from '../release/store/known-good-store.js';
import type { ConfigurationFault } from '../runbook/configuration-fault.js';
import { onlyRunbook } from '../runbook/runbook-files.js';
import { openState, type State } from '../store/open-state.js';
import { createTransact } from '../store/transaction.js';
import type { Logger } from '../telemetry/logger.js';
import { systemClock, withTimeout } from '../time/clock.js';
import { createTradingDatabase } from '../trading/trading-database.js';

interface TerminalKillSwitch {
  readonly services: KillSwitchServices;
  /** What is wrong with the targets file beside the targets that can be halted. */
  readonly faults: readonly ConfigurationFault[];
  close(): Promise<void>;
}

/** How long the end waits for what is still being written down. */
const SETTLE_TIMEOUT_MS = 3_000;

/**
 * The kill switch from the targets file and the hosts alone: no runbook but its prefix, no Slack, and neither database
 * need answer. What it writes to this machine's journal the bot moves into its database.
 * @throws ConfigurationError when the targets file, or the flag's name, cannot be read.
 */
export async function openTerminalKillSwitch(config: Config, logger: Logger): Promise<TerminalKillSwitch> {
  const [facts, { targets, faults }] = await Promise.all([
    onlyRunbook(config.runbookFile).then(loadStrategyFacts),
    loadTargetsForHalt(config.targetsFile),
  ]);
  let ssh: ReturnType<typeof sshFolders> | undefined;
  const hostOf = (settings: TargetHost) => {
    // A halt of this machine alone needs no folder: a full disk must not prevent it.
    if (!hostKindOf(settings.name, settings.connection).needsControlFolder) return createHost(settings);
    ssh ??= sshFolders([tmpdir(), '/dev/shm', config.dataDir, homedir()]);
    return createHost(settings, { ssh });
  };
  let opened: Promise<State> | undefined;
  let isClosed = false;
  // Asked beside the halt, which waits for neither: what was confirmed, and to stop a release that is under way.
  const state = () => {
    const opening = opened ?? openState(config, 'terminal', logger);
    opened = opening;
    opening.catch(() => {
      if (opened === opening) opened = undefined;
    });
    return opening;
  };
  const url = config.tradingDatabaseUrl?.reveal();
  const trading = url === undefined ? undefined : createTradingDatabase({ url, logger });
  const journal = openLocalJournal(config, process.pid, logger);
  const transact = createTransact(async () => (await state()).pool);
  let keeping: Promise<unknown> = Promise.resolve();
  const killSwitch = createKillSwitch({
    config,
    facts,
    hostOf,
    trading,
    store: undefined,
    latestStored: async (strategy, target) => createHaltStore((await state()).pool).latest(strategy, target),
    keepEvent: (event) => {
      const kept = keepEvent({ journal, transact }, redactEvent(event)).then(() => undefined);
      keeping = Promise.allSettled([keeping, kept]);
      return kept;
    },
    // What a closed terminal leaves undone the bot finds on the disk.
    cancelReleases: async (halt) => {
      if (isClosed) return null;
      return cancelReleases(
        {
          transact: createTransact(async () => (await state()).pool),
          queue: releaseQueues(),
          subjectChanged,
        },
        halt,
      );
    },
    proveStart: async (halt) => {
      const checks = await loadStartProof({ config, targets, hostOf, trading, logger });
      return checks?.proveStart?.(halt);
    },
    pid: process.pid,
    clock: systemClock,
    logger,
  });
  // Whoever has an account on this machine and the rights on its hosts needs no bot to stop them.
  const operators = { who: [], mayHalt: async () => ({ kind: 'yes' }) as const };
  return {
    services: {
      killSwitch,
      previousModel: createPreviousModel({
        facts,
        hostOf,
        knownGood: async (target) =>
          selectKnownGood((await state()).pool, { strategy: facts.strategy, target }),
      }),
      targets,
      operators,
    },
    faults,
    async close() {
      isClosed = true;
      await withTimeout(systemClock, SETTLE_TIMEOUT_MS, Promise.all([killSwitch.settled(), keeping]));
      const closed = opened?.then(
        (open) => open.close(),
        () => {},
      );
      await withTimeout(systemClock, SETTLE_TIMEOUT_MS, closed ?? Promise.resolve());
      await journal.close();
      await trading?.close();
      if (ssh !== undefined) rmSync(ssh.controlFolder, { recursive: true, force: true });
    },
  };
}

interface StartProofParts {
  readonly config: Config;
  readonly targets: Parameters<typeof createStartProof>[1];
  readonly hostOf: CheckServiceOptions['hostOf'];
  readonly trading: CheckServiceOptions['trading'];
  readonly logger: Logger;
}

/** The bot's own proof, loaded only when it is next: undefined where the runbook is at fault, and nobody can look. */
async function loadStartProof({ config, targets, hostOf, trading, logger }: StartProofParts) {
  const [{ loadRunbook }, { createCheckService }, { PROBE_KINDS }] = await Promise.all([
    import('../runbook/load-runbook.js'),
    import('../checks/check-service.js'),
    import('../checks/probe-kinds.js'),
  ]);
  const runbook = await loadRunbook(await onlyRunbook(config.runbookFile), PROBE_KINDS).catch(
    () => undefined,
  );
  if (runbook === undefined) return undefined;
  const checks = createCheckService({
    runbook,
    hostOf,
    trading,
    saveRun: async () => {},
    onStoreError: () => {},
    onProbeError: (check, error) => logger.error({ err: error, check }, 'a check failed inside the terminal'),
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: randomUUID,
  });
  return createStartProof(checks, targets, runbook);
}

/** In the first place that takes a folder. @throws the last place's error. */
function sshFolders([place, ...others]: readonly string[]): {
  readonly controlFolder: string;
  readonly serviceControlFolder: string;
  readonly environment: ReturnType<typeof sshEnvironment>;
} {
  try {
    const controlFolder = mkdtempSync(join(place ?? tmpdir(), 'lobml-ssh-'));
    const serviceControlFolder = join(controlFolder, 's');
    mkdirSync(serviceControlFolder, { mode: 0o700 });
    return { controlFolder, serviceControlFolder, environment: sshEnvironment() };
  } catch (error) {
    if (others.length === 0) throw error;
    return sshFolders(others);
  }
}
