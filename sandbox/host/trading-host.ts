import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildProgram, startProgram } from './child-program.js';
import {
  type HostLayout,
  hostctlText,
  layOut,
  type SupervisorSocket,
  venueText,
  writeHostFiles,
  writeStaging,
} from './host-layout.js';
import type { ListedIncident } from './incident.js';
import { inSession } from './incident-session.js';
import { createIncidents } from './incidents.js';
import { commandsOf, type ServiceCommands, type TradingHost } from './service-commands.js';
import type { SupervisorSettings } from './supervisor-settings.js';
import { AGENT_ID, accountOf } from './trading-data/strategy.js';
import { createVenueBook } from './venue-book.js';

export interface TradingHostsOptions {
  /** Absolute; each host gets a folder in it. */
  readonly folder: string;
  /** The trading database, with its tables and write rights. */
  readonly databaseUrl: string;
  /** E.g. `live-1`, `live-2`, `policy-1`: what stands before the number is the target; `policy` runs the second strategy. */
  readonly hosts: readonly string[];
  /** RestartSec. */
  readonly restartDelayMs?: number;
  /** From one cycle of the strategy to the next; each asks for one entry. */
  readonly entryEveryMs?: number;
  /** Where the compiled programs of this folder stand. */
  readonly programsFolder: string;
  readonly now?: () => Date;
}

/** One target as the targets file has it, less what only the operators know (roles, approval, channels). */
export interface TargetFragment {
  readonly strategy: string;
  readonly accountId: string;
  readonly staging: string;
  readonly hosts: readonly {
    readonly name: string;
    readonly service: ServiceCommands;
    readonly environmentFiles: readonly string[];
    readonly models: string;
    readonly binary: string;
  }[];
  /** Where the orders of the first strategy rest; the second strategy's records tell alone. */
  readonly venue?: ReturnType<typeof venueOf>;
}

export interface TradingHosts {
  readonly hosts: readonly TradingHost[];
  /** Of the first strategy: what waits for a deploy. */
  readonly stagingFolder: string;
  /** By target, to be completed into a targets file. */
  readonly targets: Readonly<Record<string, TargetFragment>>;
  incidents(): ListedIncident[];
  /** Causes an incident or ends it. @throws Error for an unknown id or host. */
  setIncident(id: string, host: string, active: boolean): Promise<void>;
  /** Ends every process. The files stay. */
  close(): Promise<void>;
}

const STOP_TIMEOUT_MS = 5000;

/**
 * Lays out the hosts, starts a supervisor for each and the collector, and waits until they answer. Every
 * process ends with this one, also when it is killed.
 */
export async function createTradingHosts(options: TradingHostsOptions): Promise<TradingHosts> {
  const programs = options.programsFolder;
  const restartDelayMs = options.restartDelayMs ?? 5000;
  const now = options.now?.() ?? new Date();
  const layoutOptions = (program: string) => ({
    entryEveryMs: options.entryEveryMs,
    databaseUrl: options.databaseUrl,
    programPath: join(programs, program),
    now,
  });
  // A socket's path may have some 100 bytes at most: the folder's own may be longer.
  const socketFolder = await mkdtemp(join(tmpdir(), 'lobml-hosts-'));

  await inSession(options.databaseUrl, createVenueBook);
  const hosts: TradingHost[] = [];
  const supervisors: ChildProgram[] = [];
  const endSupervisors = async () => {
    await Promise.all(supervisors.map((supervisor) => supervisor.end()));
    await rm(socketFolder, { recursive: true, force: true });
  };
  try {
    for (const name of options.hosts) {
      const layout = layOut(options.folder, name);
      const { strategy } = layout;
      await writeHostFiles(layout, layoutOptions(strategy.program));
      await writeStaging(join(options.folder, strategy.staging), strategy, layoutOptions(strategy.program));
      const socket = {
        socketPath: join(socketFolder, `${name}.sock`),
        statusPath: join(socketFolder, `${name}.status`),
        clientPath: join(programs, 'hostctl.js'),
      };
      await writeFile(layout.venuePath, venueText(layout, join(programs, 'venue.js')), { mode: 0o755 });
      await writeFile(layout.controlPath, hostctlText(layout, socket), { mode: 0o755 });
      const settings = supervisorSettingsOf(layout, socket, restartDelayMs);
      hosts.push({ ...layout, ...commandsOf(layout, restartDelayMs) });
      supervisors.push(startProgram(join(programs, 'supervisor.js'), [JSON.stringify(settings)], {}));
    }
    await Promise.all(supervisors.map((supervisor) => supervisor.ready()));
  } catch (error) {
    // One that could not start must not leave the others behind.
    await endSupervisors();
    throw error;
  }

  const incidents = createIncidents({
    hosts,
    databaseUrl: options.databaseUrl,
    collectorProgram: join(programs, 'collector.js'),
    feedFaultsPath: join(options.folder, 'feed-faults.json'),
  });
  return {
    hosts,
    stagingFolder: join(options.folder, 'staging'),
    targets: targetFragments(hosts, options.folder),
    incidents: incidents.list,
    setIncident: incidents.set,
    async close() {
      await incidents.close();
      await endSupervisors();
    },
  };
}

function supervisorSettingsOf(
  host: HostLayout,
  { socketPath, statusPath }: SupervisorSocket,
  restartDelayMs: number,
): SupervisorSettings {
  return {
    socketPath,
    statusPath,
    execStart: [host.binaryPath],
    workingFolder: host.folder,
    environmentFiles: [...host.environmentFiles],
    baseEnvironment: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'C.UTF-8',
    },
    journalPath: host.journalPath,
    appliedStepsPath: host.appliedStepsPath,
    faultsPath: host.faultsPath,
    clockPath: host.clockPath,
    restartDelayMs,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  };
}

/** `venue` of the targets file. */
function venueOf({ name, venuePath }: HostLayout) {
  const order = {
    id: 'id',
    market: 'slug',
    side: 'outcome',
    shares: 'original_size',
    filled: 'size_matched',
  };
  return {
    host: name,
    openOrders: {
      command: [venuePath, 'orders'],
      list: 'data',
      keys: { ...order, price: 'price' },
      timeoutSecs: 5,
    },
    cancelOrders: {
      command: [venuePath, 'cancel-all'],
      cancelled: 'canceled',
      failed: 'not_canceled',
      timeoutSecs: 5,
    },
    positions: {
      command: [venuePath, 'positions'],
      keys: { market: 'slug', side: 'outcome', shares: 'size' },
      timeoutSecs: 5,
    },
    flatten: { command: [venuePath, 'close-all'], timeoutSecs: 20 },
  };
}

function targetFragments(hosts: readonly TradingHost[], folder: string): Record<string, TargetFragment> {
  const isFirst = ({ workload }: TradingHost, index: number) =>
    hosts.findIndex((host) => host.workload === workload) === index;
  return Object.fromEntries(
    hosts.filter(isFirst).map((first) => [
      first.workload,
      {
        ...(first.strategy.name === AGENT_ID ? { venue: venueOf(first) } : {}),
        strategy: first.strategy.name,
        accountId: accountOf(first.workload),
        staging: join(folder, first.strategy.staging),
        hosts: hosts
          .filter((host) => host.workload === first.workload)
          .map((host) => ({
            name: host.name,
            service: host.service,
            environmentFiles: host.environmentFiles.map((path) => `-${path}`),
            models: host.modelsFolder,
            binary: host.binaryPath,
          })),
      },
    ]),
  );
}
