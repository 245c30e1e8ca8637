import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createAuditTrail } from '../audit/audit-trail.js';
import { ChecksChild } from '../checks/apart/checks-child.js';
import { runApart } from '../checks/apart/run-apart.js';
import { createCheckService } from '../checks/check-service.js';
import { limitRuns } from '../checks/limit-runs.js';
import { onThisSystem } from '../checks/on-this-system.js';
import { createAcknowledgementStore } from '../checks/store/acknowledgements.js';
import { createRunStore } from '../checks/store/run-store.js';
import type { StoreRun } from '../checks/store-run.js';
import { checksEnvironment, hostsEnvironment, sshEnvironment } from '../config/config.js';
import { createDoctor } from '../doctor/doctor.js';
import { createExaminations } from '../doctor/examinations.js';
import type { Directory } from '../domain/directory.js';
import type { Halt } from '../domain/halt.js';
import { cancelReleases } from '../halt/cancel-releases.js';
import { createKillSwitch, openLocalJournal } from '../halt/create-kill-switch.js';
import { createHaltStore, type HaltStore } from '../halt/halt-queries.js';
import { createHaltYielding, type HaltYielding } from '../halt/halt-yielding.js';
import { everybodyHere, type OperatorGate } from '../halt/operator-gate.js';
import { createPreviousModel } from '../halt/previous-model.js';
import { rehearseHalt } from '../halt/rehearse-halt.js';
import { createHaltVerification, createStartProof } from '../halt/verify-after-halt.js';
import { HostsChild } from '../hosts/apart/hosts-child.js';
import { connectToHost, createHost } from '../hosts/create-host.js';
import type { Host } from '../hosts/host.js';
import { createSshFolders } from '../hosts/ssh-folders.js';
import { createMessageStore } from '../messages/message-store.js';
import { createReleaseContext } from '../release/create-release-context.js';
import { createReleaseAnswers } from '../release/engine/release-answers.js';
import type { ReleaseContext } from '../release/release-context.js';
import { createReleaseQueue, createRequestQueue } from '../release/release-jobs.js';
import { createReleaseService } from '../release/release-service.js';
import { selectKnownGood } from '../release/store/known-good-store.js';
import { filesOf, longestCheckMs } from '../runbook/runbook.js';
import type { TargetHost, Targets } from '../runbook/targets.js';
import { createScratchDatabase } from '../selftest/scratch-database.js';
import { createSelfTest } from '../selftest/self-test.js';
import { createReleaseFacts } from '../status/release-facts.js';
import { createReleaseHistory } from '../status/release-history.js';
import { followReport } from '../status/report-queue.js';
import { createStatusService } from '../status/status-service.js';
import type { State } from '../store/open-state.js';
import type { Queryable } from '../store/queryable.js';
import { createTransact } from '../store/transaction.js';
import type { Logger } from '../telemetry/logger.js';
import { redact } from '../telemetry/redact.js';
import { systemClock } from '../time/clock.js';
import { createTradingDatabase } from '../trading/trading-database.js';
import { composeTraining } from '../training/create-trainings.js';
import { prepareWorkerSchema } from '../worker/worker-schema.js';
import type { Configuration } from './load-configuration.js';
import type { Services } from './services.js';

export interface Composition {
  readonly services: Services;
  /** What the use cases of a release share, for the work that a bot does besides. */
  readonly releaseContext: ReleaseContext;
  readonly hostOf: (settings: TargetHost) => Host;
  /** See rehearse-halt.ts. */
  readonly rehearseHalt: () => Promise<Halt>;
  close(): Promise<void>;
}

interface CompositionOptions {
  readonly configuration: Configuration;
  readonly logger: Logger;
  /** The bot has it open; a terminal opens it while the checks run. */
  readonly state: () => Promise<State>;
  /** Whether checks and hosts have processes of their own: a terminal has no click to answer meanwhile. */
  readonly isApart?: boolean;
  /** By what else yields to a halt; one of its own unless given. */
  readonly yielding?: HaltYielding;
  /** What only a bot in Slack can do. */
  readonly slack?: Pick<
    Services,
    'changeMessage' | 'postIn' | 'homeChanged' | 'announceHalt' | 'refreshHalt'
  >;
  /** Who people are; absent in a terminal. */
  readonly directory?: Directory;
  /** Who may halt; a terminal asks nobody. */
  readonly operators?: (targets: Targets) => OperatorGate;
}

/** For all that a run does besides its slowest check, on a machine that is busy. */
const RUN_GRACE_MS = 60_000;

/** Puts the use cases together. */
export function compose(options: CompositionOptions): Composition {
  const { config, runbook, targets } = options.configuration;
  const { logger } = options;
  const now = () => new Date();
  const state = lazyQueryable(options.state);
  const runs = createRunStore(state);
  const trading =
    config.tradingDatabaseUrl === undefined
      ? undefined
      : createTradingDatabase({
          url: config.tradingDatabaseUrl.reveal(),
          logger,
          // The role has three: the process for checks uses two.
          ...(options.isApart ? { maxConnections: 1 } : {}),
        });

  const ssh = { ...createSshFolders(), environment: sshEnvironment() };
  // A model that is copied shares no connection with what may be more urgent.
  const trainingSsh = { ...ssh, controlFolder: join(ssh.controlFolder, 't') };
  mkdirSync(trainingSsh.controlFolder, { mode: 0o700 });
  const files = filesOf(runbook);
  const hosts = options.isApart
    ? new HostsChild({ environment: hostsEnvironment(), clock: systemClock, logger })
    : undefined;
  void hosts?.warm();
  const hostOf = (settings: TargetHost): Host =>
    hosts?.hostOf(settings, { files, ssh }) ?? createHost(settings, { files, ssh });
  const write = hosts === undefined ? {} : { write: hosts.writeWanted({ files, ssh }) };
  const { yielding = createHaltYielding() } = options;
  const onStoreError = (error: unknown) =>
    logger.warn({ err: error }, 'the history of runs could not be read');
  const passedWindows = (target: string, since: Date) =>
    runs.passedWindows({ strategy: runbook.strategy, target, since, limit: 50 });
  const storing: StoreRun = {
    saveRun: (run) => runs.save(run),
    onStoreError: (error) => logger.warn({ err: error }, 'a run could not be stored'),
  };
  const checksHere = createCheckService({
    runbook,
    hostOf: (settings) => createHost(settings, { files, ssh, yieldToHalt: yielding.yieldToHalt }),
    trading,
    ...storing,
    ...onThisSystem(logger),
    passedWindows,
  });
  const child = options.isApart
    ? new ChecksChild({
        loaded: { runbook: runbook.sha256, targets: targets.sha256 },
        environment: checksEnvironment(config),
        controlFolder: ssh.controlFolder,
        passedWindows,
        runLimitMs: longestCheckMs(runbook) + RUN_GRACE_MS,
        clock: systemClock,
        logger,
      })
    : undefined;
  child?.warm();
  const checks = limitRuns(
    child === undefined
      ? checksHere
      : runApart(checksHere, { runbook, child, yieldToHalt: yielding.yieldToHalt, ...storing }),
  );
  const selfTest = createSelfTest({
    runbook,
    createDatabase: async () => createScratchDatabase((await options.state()).url, logger),
    now,
    monotonicMs: () => performance.now(),
    newRunId: randomUUID,
  });
  const doctor = createDoctor(
    createExaminations({ config, runbook, targets, trading, state, hostOf }),
    redact,
  );

  const journal = openLocalJournal(config, process.pid, logger);
  const audit = createAuditTrail({
    journal,
    database: state,
    transact: createTransact(async () => (await options.state()).pool),
    clock: systemClock,
    newId: randomUUID,
    onAway: () => logger.warn('the database is away: an event waits in the local journal'),
  });
  const transact = createTransact(async () => (await options.state()).pool);
  const releaseQueue = { ...createReleaseQueue(), ...createRequestQueue() };
  const killSwitch = createKillSwitch({
    config,
    facts: runbook,
    hostOf,
    ...write,
    trading,
    store: yieldingStore(createHaltStore(state), yielding),
    keepEvent: (event) => audit.keep(event),
    cancelReleases: (halt) =>
      cancelReleases(
        { transact: createTransact(async () => (await options.state()).pool), queue: releaseQueue },
        halt,
      ),
    verify: createHaltVerification(checks, targets),
    ...createStartProof(checks, targets, runbook),
    onBegin: (halt) => {
      yielding.yieldTo(halt);
      child?.yieldUntil(yielding.yieldToHalt());
    },
    pid: process.pid,
    logger,
  });

  const acknowledgements = createAcknowledgementStore(state);
  const releaseContext = createReleaseContext({
    runbook,
    targets,
    hostOf,
    checks,
    runs,
    acknowledgements,
    audit,
    database: state,
    transact: createTransact(poolWithQueue(options.state)),
    queue: releaseQueue,
    directory: options.directory,
    now,
  });

  return {
    releaseContext,
    hostOf,
    rehearseHalt: async () => {
      await hosts?.warm();
      return rehearseHalt({ facts: runbook, hostOf, ...write, pid: process.pid, logger });
    },
    services: {
      runbook,
      releases: createReleaseService(releaseContext),
      answers: createReleaseAnswers({ ...releaseContext, queue: createReleaseQueue() }),
      access: releaseContext.access,
      targets,
      killSwitch,
      previousModel: createPreviousModel({
        facts: runbook,
        hostOf,
        knownGood: (target) => selectKnownGood(state, { strategy: runbook.strategy, target }),
      }),
      audit,
      operators: options.operators?.(targets) ?? everybodyHere,
      checks,
      runs,
      releaseHistory: createReleaseHistory(state),
      messages: createMessageStore(state),
      acknowledgements,
      status: createStatusService({
        runbook,
        hostOf,
        runs,
        releases: createReleaseFacts(state, runbook.strategy),
        onStoreError,
        now,
      }),
      doctor,
      selfTest,
      trainings: composeTraining({
        ...{ config, runbook, targets, checks, hostOf, state },
        connect: (host) => connectToHost(host, { ssh: trainingSsh, yieldToHalt: yielding.yieldToHalt }),
        record: (event) => audit.record(event),
      }),
      followReport: (run) => transact((client) => followReport(client, run)),
      ...options.slack,
      logger,
      now,
    },
    close: async () => {
      await Promise.all([child?.close(), hosts?.close()]);
      await journal.close();
      await trading?.close();
      rmSync(ssh.controlFolder, { recursive: true, force: true });
    },
  };
}

/** The bot's pool, once the job queue's schema is there: a terminal may be the first to ask for something. */
function poolWithQueue(state: () => Promise<State>): () => Promise<State['pool']> {
  let ready: Promise<State['pool']> | undefined;
  return () => {
    ready ??= state().then(async (open) => {
      await prepareWorkerSchema(open, { always: false });
      return open.pool;
    });
    ready.catch(() => {
      ready = undefined;
    });
    return ready;
  };
}

/** Asks for the database only when something is asked of it. */
function lazyQueryable(state: () => Promise<State>): Queryable {
  return {
    query: async (text, values) => (await state()).pool.query(text, values),
  };
}

/** The states between are for other replicas and for later: they are written when the hosts are off, or a little later. */
const yieldingStore = (store: HaltStore, { yieldToHalt }: HaltYielding): HaltStore => ({
  ...store,
  save: async (record, owner) => {
    await yieldToHalt();
    return store.save(record, owner);
  },
});
