import { randomUUID } from 'node:crypto';
import { openAuditKey, readAuditKey } from '../audit/audit-key.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import { openAudit } from '../audit/open-audit.js';
import { type Checks, createChecks } from '../checks/apart/create-checks.js';
import { createAcknowledgementStore } from '../checks/store/acknowledgements.js';
import { createRunStore, type RunStore } from '../checks/store/run-store.js';
import type { Config } from '../config/config.js';
import { createDoctor, type Doctor } from '../doctor/doctor.js';
import { createExaminations } from '../doctor/examinations.js';
import type { Directory } from '../domain/directory.js';
import type { DrillFacts } from '../domain/drill.js';
import type { Halt } from '../domain/halt.js';
import { redact } from '../domain/secrets.js';
import type { TargetSubject } from '../domain/target-subject.js';
import { selectDrillFacts } from '../drill/drill-facts.js';
import { createDrillService } from '../drill/drill-service.js';
import { createEvidence } from '../evidence/evidence-service.js';
import { cancelReleases } from '../halt/cancel-releases.js';
import { createKillSwitch } from '../halt/create-kill-switch.js';
import { createFlattening } from '../halt/flatten.js';
import { createHaltStore, type HaltStore } from '../halt/halt-store.js';
import { createHaltYielding, type HaltYielding } from '../halt/halt-yielding.js';
import { everybodyHere, type OperatorGate } from '../halt/operator-gate.js';
import { createPreviousModel } from '../halt/previous-model.js';
import { rehearseHalt } from '../halt/rehearse-halt.js';
import { createHaltVerification, createStartProof } from '../halt/verify-after-halt.js';
import type { Host } from '../hosts/host.js';
import { connectToHost } from '../hosts/kinds/create-host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { identifyProcess } from '../machine/process-identity.js';
import { clearDeadLocks, holdLock } from '../machine/process-lock.js';
import { subjectChanged } from '../messages/message-jobs.js';
import { createMessages } from '../messages/messages.js';
import { createReleaseContext } from '../release/create-release-context.js';
import { createReleaseAnswers } from '../release/engine/release-answers.js';
import type { ReleaseContext } from '../release/release-context.js';
import { releaseQueue } from '../release/release-jobs.js';
import { createReleaseService } from '../release/release-service.js';
import { selectKnownGood, selectReleasedFiles } from '../release/store/known-good-store.js';
import { selectModelMemory } from '../release/store/model-memory.js';
import type { Targets } from '../runbook/targets.js';
import type { SelfTest } from '../selftest/self-test.js';
import { createReleaseFacts } from '../status/release-facts.js';
import { createReleaseHistory } from '../status/release-history.js';
import { createStatusService } from '../status/status-service.js';
import type { State } from '../store/open-state.js';
import type { Logger } from '../telemetry/logger.js';
import { createTradingDatabase } from '../trading/trading-database.js';
import { createTrainings } from '../training/create-trainings.js';
import { createWatchContext } from '../watch/create-watch-context.js';
import type { WatchContext } from '../watch/watch-context.js';
import { createWatchService } from '../watch/watch-service.js';
import { backtestHistory, composeBacktests } from './backtester.js';
import type { Configuration, StrategyConfiguration } from './load-configuration.js';
import { type OpenPlatform, openPlatform } from './open-platform.js';
import { createSelfTests } from './self-tests.js';
import type { Services } from './services.js';
import { tellOfRevoked } from './tell-of-revoked.js';

/** The use cases of every strategy, over one platform; what stands here itself is of the default target's. */
export interface Composition extends ComposedStrategy {
  readonly strategies: readonly ComposedStrategy[];
  close(): Promise<void>;
}

export interface ComposedStrategy {
  readonly services: Services;
  /** What the use cases of a release share, for the work that a bot does besides. */
  readonly releaseContext: ReleaseContext;
  readonly watchContext: WatchContext;
  readonly hostOf: (settings: TargetHost) => Host;
  /** See rehearse-halt.ts. */
  readonly rehearseHalt: () => Promise<Halt>;
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
    'changeMessage' | 'postIn' | 'homeChanged' | 'announceHalt' | 'announceAllHalts' | 'refreshHalt'
  >;
  /** Who people are; absent in a terminal. */
  readonly directory?: Directory;
  /** Who may halt; a terminal asks nobody. */
  readonly operators?: (targets: Targets) => OperatorGate;
}

/** Puts the use cases together. */
export function compose(options: CompositionOptions): Composition {
  const { configuration, logger, isApart = false, yielding = createHaltYielding() } = options;
  const { config } = configuration;
  const platform = openPlatform({ configuration, logger, state: options.state, isApart });
  const lock = holdLock(config.dataDir, identifyProcess(process.pid));
  void clearDeadLocks(config.dataDir);
  const { audit, journal } = openAudit({ ...platform, config, pid: process.pid });
  const operators = options.operators?.(configuration.targets) ?? everybodyHere;
  const shared = {
    ...platform,
    config,
    runs: createRunStore(platform.database, {
      transact: platform.database.transact,
      revoked: tellOfRevoked,
    }),
    lastConfirmed: async (subject: TargetSubject) =>
      (await selectKnownGood(platform.database, subject))[0]?.hosts ?? [],
    drillFacts: (subject: TargetSubject) => selectDrillFacts(platform.database, subject),
    releasedFiles: (subject: TargetSubject) => selectReleasedFiles(platform.database, subject),
    now: () => new Date(platform.clock.now()),
  };
  // All of them, because a halt of one strategy goes before the checks of every other.
  const checking = configuration.strategies.map((one) =>
    createChecks({
      ...shared,
      ...one,
      yieldToHalt: yielding.yieldToHalt,
      isApart,
      backtestHistory: backtestHistory({ ...shared, strategy: one.runbook.strategy }),
    }),
  );
  const doctor = createDoctor(
    createExaminations({
      ...shared,
      strategies: configuration.strategies,
      hostOf: platform.hosts.of,
      state: platform.database,
      openTraining: (address) =>
        createTradingDatabase({ ...address, logger, maxConnections: 1, hasCheckSettings: false }),
    }),
    redact,
  );
  const runbooks = configuration.strategies.map(({ runbook }) => runbook);
  const selfTests = createSelfTests({ ...options, runbooks });
  const everyStrategy = (): readonly Services[] => strategies.map(({ services }) => services);
  const everybodys = { ...shared, doctor, selfTests, audit, operators, yielding, checking, everyStrategy };
  const strategies: readonly ComposedStrategy[] = configuration.strategies.flatMap((one, index) => {
    const own = checking[index];
    return own === undefined ? [] : composeStrategy({ ...options, ...everybodys, ...one, own });
  });
  const [first] = strategies;
  if (first === undefined) throw new Error('no strategy is configured');
  return {
    ...first,
    strategies,
    close: async () => {
      await Promise.all(checking.map((one) => one.close()));
      await journal.close();
      await lock.release();
      await platform.close();
    },
  };
}

interface StrategyParts
  extends Omit<CompositionOptions, 'operators' | 'yielding' | 'isApart' | 'configuration' | 'logger'>,
    StrategyConfiguration,
    OpenPlatform {
  readonly config: Config;
  readonly runs: RunStore;
  readonly now: () => Date;
  readonly yielding: HaltYielding;
  readonly audit: AuditTrail;
  readonly doctor: Doctor;
  readonly selfTests: readonly SelfTest[];
  readonly operators: OperatorGate;
  readonly own: Checks;
  readonly drillFacts: (subject: TargetSubject) => Promise<DrillFacts>;
  /** Those of all strategies. */
  readonly checking: readonly Checks[];
  readonly everyStrategy: Services['everyStrategy'];
}

/** What is the strategy's own; platform, audit trail and stores are everybody's. */
function composeStrategy(shared: StrategyParts): ComposedStrategy {
  const { runbook, targets, runs, audit, yielding, hosts, database, logger, now, operators, own } = shared;
  const { strategy } = runbook;
  const { checks } = own;
  const acknowledgements = createAcknowledgementStore(database);
  const releaseContext = createReleaseContext({
    ...shared,
    checks,
    acknowledgements,
    audit,
    directory: shared.directory,
  });
  const halting = createHalting(shared);
  const releases = createReleaseService(releaseContext);
  const { status, watches, watchContext } = createWatching(shared, releaseContext);
  return {
    releaseContext,
    watchContext,
    hostOf: hosts.of,
    rehearseHalt: halting.rehearse,
    services: {
      runbook,
      targets,
      audit,
      ...createProofs(shared),
      checks,
      runs,
      killSwitch: halting.killSwitch,
      acknowledgements,
      operators,
      previousModel: halting.previousModel,
      flattening: createFlattening({
        ...shared,
        strategy,
        hostOf: hosts.of,
        transact: database.transact,
        keepEvent: (event) => audit.keep(event),
        newId: randomUUID,
      }),
      releases,
      answers: createReleaseAnswers({ ...releaseContext, queue: releaseQueue }),
      access: releaseContext.access,
      releaseHistory: createReleaseHistory(database),
      messages: createMessages(database),
      status,
      drills: createDrillService({
        ...shared,
        strategies: [shared],
        state: database,
        hostOf: hosts.of,
        killSwitch: halting.killSwitch,
        rehearseHalt: halting.rehearse,
        releases,
        status,
        subjectChanged,
        record: (event) => audit.record(event),
        newId: randomUUID,
      }),
      doctor: shared.doctor,
      selfTests: shared.selfTests,
      watches,
      backtests: composeBacktests(shared),
      trainings: createTrainings({
        ...shared,
        checks,
        connect: (host) =>
          connectToHost(host, { ...shared.trainingNeeds, yieldToHalt: yielding.yieldToHalt }),
        record: (event) => audit.record(event),
        layOutLog: own.layOutLog,
      }),
      ...shared.slack,
      everyStrategy: shared.everyStrategy,
      logger,
      now,
    },
  };
}

/** What is signed on this machine. */
function createProofs({ config: { dataDir }, database, audit, runs, now }: StrategyParts) {
  const auditKey = { open: () => openAuditKey(dataDir), known: () => readAuditKey(dataDir) };
  return { auditKey, evidence: createEvidence({ database, audit, runs, now, openKey: auditKey.open }) };
}

/** The state of the targets, and what looks at them between releases. */
function createWatching(shared: StrategyParts, { promotions }: ReleaseContext) {
  const { runbook, database, hosts, logger } = shared;
  const watchContext = createWatchContext(shared);
  const watches = createWatchService(watchContext);
  const status = createStatusService({
    ...shared,
    hostOf: hosts.of,
    releases: createReleaseFacts(database, runbook.strategy),
    promotions,
    watches,
    drillFacts: (target) => shared.drillFacts({ strategy: runbook.strategy, target }),
    onStoreError: (error) => logger.warn({ err: error }, 'the history of runs could not be read'),
  });
  return { status, watches, watchContext };
}

/** The kill switch, and what belongs to it. */
function createHalting({ own, checking, audit, yielding, warmHosts, ...parts }: StrategyParts) {
  const { runbook, targets, database, hosts } = parts;
  const acting = {
    facts: runbook,
    hostOf: hosts.of,
    write: hosts.write,
    pid: process.pid,
    logger: parts.logger,
  };
  return {
    killSwitch: createKillSwitch({
      ...parts,
      ...acting,
      store: yieldingStore(createHaltStore(database), yielding),
      keepEvent: (event) => audit.keep(event),
      cancelReleases: (halt) =>
        cancelReleases({ transact: database.transact, queue: releaseQueue, subjectChanged }, halt),
      verify: createHaltVerification(own.checks, targets),
      ...createStartProof(own.checks, targets, runbook),
      onBegin: (halt) => {
        yielding.yieldTo(halt);
        for (const one of checking) one.yieldUntil(yielding.yieldToHalt());
      },
    }),
    previousModel: createPreviousModel({
      ...acting,
      everyTarget: targets.every,
      knownGood: (target) => selectKnownGood(database, { strategy: runbook.strategy, target }),
      memory: (target) => selectModelMemory(database, { strategy: runbook.strategy, target }),
    }),
    rehearse: async () => {
      await warmHosts();
      return rehearseHalt(acting);
    },
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
