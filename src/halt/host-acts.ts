import { isSpelling } from '../domain/boolean-words.js';
import type { HostLook, HostPolicy, HostRest } from '../domain/decide-host-action.js';
import { type Halt, wantedOn } from '../domain/halt.js';
import { allAsWanted, type Wanted } from '../hosts/environment/wanted.js';
import {
  type EnvironmentWritten,
  environmentIsAsWanted,
  type WriteWanted,
  writeWanted,
} from '../hosts/environment/write-wanted.js';
import type { CallOptions, Host, ServiceStatus } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { hasLoaded } from '../hosts/managers/has-loaded.js';
import { leftProcesses } from '../hosts/managers/left-processes.js';
import { serviceCommandsByHand } from '../hosts/managers/service-managers.js';
import { enableFlag } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';
import type { HaltRecords } from './halt-records.js';
import type { LiveHalt } from './live-halt.js';
import type { OpenHaltFiles } from './open-halt-file.js';
import type { StrategyFacts } from './strategy-facts.js';

/** All that a halt may do on one host. Each rejects with a HostError. */
export interface HostActs {
  readonly host: string;
  readonly wanted: Wanted;
  readonly policy: HostPolicy;
  /** Puts the wanted values in force; at the first try what stood there is noted on this machine before. */
  writeFlag(): Promise<EnvironmentWritten>;
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Only where the policy says that the service manager can. */
  kill(): Promise<void>;
  status(): Promise<ServiceStatus>;
  /** Whether the service would start with the wanted values. */
  lookAtDisk(): Promise<boolean>;
  lookAtProcess(pid: number): Promise<HostLook['process']>;
  /** What else may trade there. */
  lookAtRest(status: ServiceStatus, pidBefore: number): Promise<HostRest>;
}

export interface HostActsOptions {
  /** A host that cannot be reached as the targets file says may throw: the others are halted all the same. */
  readonly hostOf: (settings: TargetHost) => Host;
  /** Writes through the host itself unless given. */
  readonly write?: WriteWanted | undefined;
  readonly files: OpenHaltFiles;
  readonly facts: StrategyFacts;
}

const FILE_TIMEOUT_MS = 5_000;
const STATUS_TIMEOUT_MS = 4_000;
const LOG_TIMEOUT_MS = 8_000;
const RESTART_TIMEOUT_MS = 60_000;
const DEFAULT_KILL_AFTER_SECS = 20;

/** The acts of a halt, a list for all its hosts: built before the first of them. Touches nothing. */
export function hostActs(
  live: LiveHalt,
  target: Target,
  options: HostActsOptions,
  records: HaltRecords,
): readonly HostActs[] {
  return target.hosts
    .filter(({ name }) => live.host(name) !== undefined)
    .map((settings) => actsOn(settings, live, options, records));
}

function actsOn(
  settings: TargetHost,
  live: LiveHalt,
  { hostOf, write, files, facts }: HostActsOptions,
  records: HaltRecords,
): HostActs {
  const { name, service } = settings;
  const { writing, acting: signal } = live.signals;
  const wanted: Wanted = new Map(Object.entries(wantedOn(live.halt, name)));
  let made: Host | undefined;
  const host = (): Host => {
    made ??= hostOf(settings);
    return made;
  };
  // Its exits are to go on.
  const mustLoad = live.halt.kind === 'stop_entries';
  const put: WriteWanted = write ?? ((...words) => writeWanted(host(), ...words));
  return {
    host: name,
    wanted,
    policy: {
      restartSecMs: service.restartSecs * 1_000,
      killAfterMs: (service.killAfterSecs ?? DEFAULT_KILL_AFTER_SECS) * 1_000,
      canKill: hasKill(name, service),
      stop: STOP_OF[live.halt.kind],
      mustLoad,
    },
    async writeFlag() {
      const call = { timeoutMs: FILE_TIMEOUT_MS, signal: writing };
      const known = live.host(name);
      // Once written, nobody can tell any more what stood there.
      if (known?.before !== undefined || known?.disk === 'done') return put(settings, wanted, call);
      const written = put(settings, wanted, { ...call, note: files.noteBefore(live.record, name) });
      records.notesUntil(live.halt.haltId, written);
      return written;
    },
    restart: async () => host().service.restart({ timeoutMs: RESTART_TIMEOUT_MS, signal }),
    stop: async () => host().service.stop({ timeoutMs: RESTART_TIMEOUT_MS, signal }),
    kill: async () => host().service.kill?.({ timeoutMs: STATUS_TIMEOUT_MS, signal }),
    status: async () => host().service.status({ timeoutMs: STATUS_TIMEOUT_MS, signal }),
    lookAtDisk: async () => environmentIsAsWanted(host(), settings, wanted, FILE_TIMEOUT_MS),
    async lookAtProcess(pid) {
      const call = { timeoutMs: STATUS_TIMEOUT_MS, signal };
      const values = await host().service.processEnvironment(pid, [...wanted.keys()], call);
      if (values === undefined) return 'none';
      return allAsWanted(values, wanted) ? 'as_wanted' : 'differs';
    },
    async lookAtRest(status, pidBefore) {
      const call = { timeoutMs: STATUS_TIMEOUT_MS, signal };
      const { service } = host();
      const search = { startLog: facts.startLog, pidBefore, isLoose: !mustLoad };
      const [left, isLoaded, isSwitchedOn] = await Promise.all([
        leftProcesses(service, status, { wanted, pidBefore }, call).catch(() => undefined),
        mustLoad && facts.startLog === undefined
          ? true
          : hasLoaded(service, status, search, { timeoutMs: LOG_TIMEOUT_MS, signal }),
        mustLoad ? isFlagNotOff(service, status, facts, call).catch(() => undefined) : true,
      ]);
      return { left, isLoaded: isSwitchedOn === true ? isLoaded : isSwitchedOn };
    },
  };
}

/** A service that cannot be driven keeps nobody from being halted: each of its acts says so. */
function hasKill(name: string, service: TargetHost['service']): boolean {
  try {
    return serviceCommandsByHand(name, service).kill !== undefined;
  } catch {
    return false;
  }
}

/** A process with its flag off carries out no exit, whatever else it shows. @throws HostError */
async function isFlagNotOff(
  service: Host['service'],
  { mainPid }: ServiceStatus,
  facts: StrategyFacts,
  call: CallOptions,
): Promise<boolean> {
  const name = enableFlag(facts);
  const value = (await service.processEnvironment(mainPid, [name], call))?.get(name);
  return value === undefined || !isSpelling(value, facts.flag.off);
}

/** Whether stopping the service is asked for, or a way out. */
const STOP_OF: Readonly<Record<Halt['kind'], HostPolicy['stop']>> = {
  stop: 'asked',
  disable: 'allowed',
  previous_model: 'never',
  // A stopped service carries out no exit.
  stop_entries: 'never',
};
