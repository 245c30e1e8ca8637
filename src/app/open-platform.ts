import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { hostsEnvironment, sessionEnvironment, socketPlaces, sshEnvironment } from '../config/config.js';
import { HostsChild } from '../hosts/apart/hosts-child.js';
import type { HostRequirements } from '../hosts/host-kind.js';
import { createHost } from '../hosts/kinds/create-host.js';
import { createSshFolders } from '../hosts/ssh/ssh-folders.js';
import type { Database, Platform } from '../platform/platform.js';
import { filesOf } from '../runbook/runbook.js';
import type { State } from '../store/open-state.js';
import { createTransact } from '../store/transaction.js';
import type { Logger } from '../telemetry/logger.js';
import { systemClock } from '../time/clock.js';
import { createTradingDatabase } from '../trading/trading-database.js';
import { prepareWorkerSchema } from '../worker/worker-schema.js';
import type { Configuration } from './load-configuration.js';

interface PlatformOptions {
  readonly configuration: Configuration;
  readonly logger: Logger;
  /** The bot has it open; a terminal opens it while the checks run. */
  readonly state: () => Promise<State>;
  /** Whether hosts and checks have processes of their own: a terminal has no click to answer meanwhile. */
  readonly isApart: boolean;
}

export interface OpenPlatform extends Platform {
  /** What a host of these files needs, in whichever process it is opened. */
  readonly hostNeeds: Required<Omit<HostRequirements, 'yieldToHalt'>>;
  /** The same with connections of their own: a model that is copied shares none with what may be more urgent. */
  readonly trainingNeeds: Required<Pick<HostRequirements, 'ssh'>>;
  /** Resolves when the process for hosts is ready, or there is none. */
  warmHosts(): Promise<void>;
  close(): Promise<void>;
}

/** Each that a hung disk holds, a host's or that of DATA_DIR, is one less for the others. */
const HOSTS_THREADS = '64';

export function openPlatform({ configuration, logger, state, isApart }: PlatformOptions): OpenPlatform {
  const { config, strategies } = configuration;
  const clock = systemClock;
  const ssh = { ...createSshFolders(socketPlaces(config)), environment: sshEnvironment() };
  const trainingSsh = { ...ssh, controlFolder: join(ssh.controlFolder, 't') };
  const hostNeeds = {
    files: strategies.flatMap(({ runbook }) => filesOf(runbook)),
    ssh,
    session: sessionEnvironment(),
  };
  const child = isApart
    ? new HostsChild({
        environment: { UV_THREADPOOL_SIZE: HOSTS_THREADS, ...hostsEnvironment() },
        clock,
        logger,
      })
    : undefined;
  void child?.warm();
  const url = config.tradingDatabaseUrl?.reveal();
  const trading =
    url === undefined
      ? undefined
      : // The role has three connections: the process for checks uses two.
        createTradingDatabase({
          url,
          logger,
          standbyMaxLagSecs: config.tradingStandbyMaxLagSecs,
          maxConnections: isApart ? 1 : undefined,
        });
  return {
    clock,
    logger,
    hosts: {
      of: (settings) => child?.hostOf(settings, hostNeeds) ?? createHost(settings, hostNeeds),
      write: child?.writeWanted(hostNeeds),
    },
    database: createDatabase(state),
    trading,
    hostNeeds,
    trainingNeeds: { ssh: trainingSsh },
    warmHosts: async () => child?.warm(),
    close: async () => {
      await child?.close();
      await trading?.close();
      rmSync(ssh.controlFolder, { recursive: true, force: true });
    },
  };
}

/** Asks for the database only when something is asked of it. */
function createDatabase(state: () => Promise<State>): Database {
  const pool = async () => (await state()).pool;
  return {
    query: async (text, values) => (await pool()).query(text, values),
    transact: createTransact(pool),
    transactWithJobs: createTransact(poolWithJobs(state)),
  };
}

function poolWithJobs(state: () => Promise<State>): () => Promise<State['pool']> {
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
