import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildProgram, startProgram } from './child-program.js';
import {
  type HostLayout,
  hostctlText,
  layOut,
  type SupervisorSocket,
  writeHostFiles,
  writeStaging,
} from './host-layout.js';
import type { ListedIncident } from './incident.js';
import { createIncidents } from './incidents.js';
import { commandsOf, type ServiceCommands, type TradingHost } from './service-commands.js';
import type { SupervisorSettings } from './supervisor-settings.js';
import { accountOf } from './trading-data/strategy.js';

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
}

export interface TradingHosts {
  readonly hosts: readonly TradingHost[];
  /** Models and programs that wait for a deploy. */
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
  const stagingFolder = join(options.folder, 'staging');
  await writeStaging(stagingFolder, layoutOptions('ploy.js'));

  const hosts: TradingHost[] = [];
  const supervisors: ChildProgram[] = [];
  const endSupervisors = async () => {
    await Promise.all(supervisors.map((supervisor) => supervisor.end()));
    await rm(socketFolder, { recursive: true, force: true });
  };
  try {
    for (const name of options.hosts) {
      const layout = layOut(options.folder, name);
      await writeHostFiles(layout, layoutOptions(layout.strategy.program));
      await mkdir(join(options.folder, layout.strategy.staging), { recursive: true });
      const socket = {
        socketPath: join(socketFolder, `${name}.sock`),
        statusPath: join(socketFolder, `${name}.status`),
        clientPath: join(programs, 'hostctl.js'),
      };
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
    stagingFolder,
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

function targetFragments(hosts: readonly TradingHost[], folder: string): Record<string, TargetFragment> {
  const workloads = new Map(hosts.map(({ workload, strategy }) => [workload, strategy]));
  return Object.fromEntries(
    [...workloads].map(([workload, strategy]) => [
      workload,
      {
        strategy: strategy.name,
        accountId: accountOf(workload),
        staging: join(folder, strategy.staging),
        hosts: hosts
          .filter((host) => host.workload === workload)
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
