import { readFile } from 'node:fs/promises';
import type { DrillKind } from '../domain/drill.js';
import type { PromotionPolicy } from '../domain/promotion.js';
import type { ConfigurationSentence } from '../domain/sentence.js';
import type { ApprovalPolicy, WatchPolicy } from '../domain/target-policy.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { sha256Of } from '../machine/sha256.js';
import type { VenueSettings } from '../venue/venue-schema.js';
import { ConfigurationError, type ConfigurationFault } from './configuration-fault.js';
import type { FreezeWindow } from './freeze.js';
import { isSameService, serviceName } from './same-place.js';
import { type StandingWatch, type TargetsSource, targetsSchema, type WatchSource } from './targets-schema.js';
import type { Path } from './what-stands.js';
import { parseYaml } from './yaml-document.js';

/** Where the strategy runs: a loaded targets file. */
export interface Targets {
  readonly file: string;
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
  readonly defaultTarget: string;
  readonly roles: Readonly<Record<'requesters' | 'operators' | 'admins', readonly string[]>>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Slack ids by account of a terminal. */
  readonly accounts: ReadonlyMap<string, string>;
  readonly targets: ReadonlyMap<string, Target>;
  /** Those of every strategy, in the order of the file. */
  readonly everyName: readonly string[];
  readonly every: readonly Target[];
  /** A fault at a target's `strategy`, with its line; set by whoever has parsed the file. */
  readonly strategyFault: (target: string, fault: ConfigurationSentence) => readonly ConfigurationFault[];
  /** The same at one of the checks that its `watch` names. */
  readonly watchFault: (
    target: string,
    key: 'checks' | 'halt',
    index: number,
    fault: ConfigurationSentence,
  ) => readonly ConfigurationFault[];
}

export interface Target {
  readonly name: string;
  /** As its runbook says it; undefined: the only one. */
  readonly strategy: string | undefined;
  readonly accountId: string | undefined;
  /** Its orders are simulated. */
  readonly dryRun: boolean;
  /** The first one is the canary. */
  readonly hosts: readonly TargetHost[];
  readonly staging: string | undefined;
  readonly approval: ApprovalPolicy;
  /** How a release is watched until it is confirmed. */
  readonly watch: WatchPolicy;
  /** How it is watched between releases; undefined: it is not. */
  readonly standingWatch: StandingWatch | undefined;
  /** What a model must have shown on another target; undefined: nothing. */
  readonly promotes: PromotionPolicy | undefined;
  /** When no release of it starts. */
  readonly freeze: readonly FreezeWindow[];
  readonly channels: { readonly reports: string; readonly incidents: string } | undefined;
  readonly rollback: { readonly confirm: boolean };
  /** How the place where the orders rest is asked; undefined: nobody says, and the records alone tell. */
  readonly venue: VenueSettings | undefined;
  /** What a drill of it is. */
  readonly drill: DrillKind;
  readonly keepReleases: number;
  /** `ADDRESS:PORT` that are private, and that checks may connect to all the same. */
  readonly probeAddresses: readonly string[];
}

/** @throws ConfigurationError with every fault and its line. */
export async function loadTargets(file: string): Promise<Targets> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    throw new ConfigurationError([{ file, fault: { code: 'targets_unreadable', facts: {} } }]);
  }
  return parseTargets(file, bytes);
}

/** @throws ConfigurationError with every fault and its line. */
export function parseTargets(file: string, bytes: Buffer): Targets {
  const { faults: shape, stands } = parseYaml(file, bytes.toString('utf8'), targetsSchema, standInFor);
  if (stands === undefined) throw new ConfigurationError(shape);
  const { value: source } = stands;

  const faults: ConfigurationFault[] = [...shape];
  const fault = (path: readonly PropertyKey[], told: ConfigurationSentence): undefined => {
    faults.push(...stands.fault(path, told));
  };
  const targets = new Map(
    Object.entries(source.targets).map(([name, target]) => [name, toTarget(name, target, fault)]),
  );
  refuseSameRows([...targets.values()], fault);
  for (const target of targets.values()) refuseStrangePromotion(target, targets, fault);
  if (!targets.has(source.defaultTarget)) {
    fault(['defaultTarget'], { code: 'target_unknown', facts: { target: source.defaultTarget } });
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return {
    file,
    sha256: sha256Of(bytes),
    defaultTarget: source.defaultTarget,
    roles: source.roles,
    groups: new Map(Object.entries(source.groups)),
    accounts: new Map(Object.entries(source.accounts)),
    targets,
    everyName: [...targets.keys()],
    every: [...targets.values()],
    strategyFault: (target, told) => stands.fault(['targets', target, 'strategy'], told),
    watchFault: (target, key, index, told) => stands.fault(['targets', target, 'watch', key, index], told),
  };
}

/** Two targets of the same rows would each be judged by what the other does. */
function refuseSameRows(targets: readonly Target[], fault: AddFault): void {
  for (const [index, target] of targets.entries()) {
    const other = targets.slice(0, index).find((before) => readSameRows(before, target));
    if (other === undefined) continue;
    const { name, dryRun, accountId = '' } = target;
    fault(['targets', name], {
      code: 'same_rows',
      facts: { one: other.name, other: name, dryRun, accountId },
    });
  }
}

/** A model is promoted from another target of the same strategy. */
function refuseStrangePromotion(
  { name, strategy, promotes }: Target,
  targets: ReadonlyMap<string, Target>,
  fault: AddFault,
): void {
  if (promotes === undefined) return;
  const from = targets.get(promotes.from);
  const path = ['targets', name, 'promotes', 'from'];
  if (from === undefined) fault(path, { code: 'target_unknown', facts: { target: promotes.from } });
  else if (from.name === name || !mayBeSame(from.strategy, strategy))
    fault(path, { code: 'promotes_from_stranger', facts: { from: from.name, target: name } });
}

/** What is left open (the account, the strategy) may be the other's. */
const readSameRows = (one: Target, other: Target): boolean =>
  ofSameAccount(one, other) && mayBeSame(one.strategy, other.strategy);

/** Whether the orders of one agent are those of both. */
export const ofSameAccount = (one: Target, other: Target): boolean =>
  one.dryRun === other.dryRun && mayBeSame(one.accountId, other.accountId);

const mayBeSame = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined || one === other;

/** While the rest of a faulty file is looked at; nothing ever runs with these. */
function standInFor([key, ...inner]: Path): unknown {
  if (key === 'roles') return inner[0] === 'operators' ? ['U0'] : { operators: ['U0'] };
  const [, part, , hostPart] = inner;
  if (part === 'approval') return { quorum: 1 };
  if (part === 'hosts' && hostPart === 'name') return 'faulty';
  return key === 'defaultTarget' ? 'faulty' : undefined;
}

type AddFault = (path: readonly PropertyKey[], fault: ConfigurationSentence) => undefined;
type TargetSource = TargetsSource['targets'][string];

function toTarget(name: string, source: TargetSource, fault: AddFault): Target {
  const path = ['targets', name];
  const names = new Set<string>();
  const hosts = source.hosts.flatMap((host, h) => {
    const hostPath = [...path, 'hosts', h];
    if (names.has(host.name))
      fault([...hostPath, 'name'], { code: 'host_twice', facts: { host: host.name } });
    names.add(host.name);
    const service = host.service ?? source.service;
    const environmentFiles = host.environmentFiles ?? source.environmentFiles;
    if (service === undefined)
      return fault(hostPath, { code: 'host_setting_missing', facts: { setting: 'service' } }) ?? [];
    if (environmentFiles === undefined) {
      return fault(hostPath, { code: 'host_setting_missing', facts: { setting: 'environmentFiles' } }) ?? [];
    }
    const written = host.writtenEnvironmentFile ?? source.writtenEnvironmentFile;
    if (written !== undefined && !environmentFiles.some((layer) => layer.path === written)) {
      fault([...hostPath, 'writtenEnvironmentFile'], { code: 'written_file_unknown', facts: {} });
    }
    const last = environmentFiles.at(-1);
    return {
      name: host.name,
      connection: host.connection,
      service,
      environmentFiles,
      writtenEnvironmentFile: written ?? last?.path ?? '',
      models: host.models ?? source.models,
      binary: host.binary ?? source.binary,
    };
  });
  refuseServiceTwice(hosts, path, fault);
  const last = lastCheckpointMinutes(hosts.length, source.watch.checkpointMinutes);
  const { confirmMinutes } = source.watch;
  if (last >= confirmMinutes)
    fault([...path, 'watch'], { code: 'checkpoint_too_late', facts: { last, confirmMinutes } });
  const { strategy, accountId, staging, approval, promotes, freeze, channels, rollback } = source;
  const { keepReleases, probeAddresses, drill } = source;
  const venue = source.venue && { ...source.venue, host: source.venue.host ?? hosts[0]?.name ?? '' };
  if (venue !== undefined && !names.has(venue.host))
    fault([...path, 'venue', 'host'], {
      code: 'venue_host_unknown',
      facts: { names: [...names].join(', ') },
    });
  const { watch, standingWatch } = splitWatch(source.watch);
  if (
    standingWatch === undefined &&
    (source.watch.halt.length > 0 || source.watch.heartbeatUrl !== undefined)
  )
    fault([...path, 'watch'], { code: 'watch_without_interval', facts: {} });
  if (standingWatch !== undefined && channels === undefined)
    fault([...path, 'watch', 'everySecs'], { code: 'watch_without_channels', facts: {} });
  const policy = {
    approval,
    watch,
    standingWatch,
    promotes,
    freeze,
    channels,
    rollback,
    venue,
    drill,
    keepReleases,
    probeAddresses,
  };
  const dryRun = source.dryRun ?? name.includes('dry');
  if (drill === 'real' && !dryRun) fault([...path, 'drill'], { code: 'drill_of_real_orders', facts: {} });
  return { name, strategy, accountId, dryRun, hosts, staging, ...policy };
}

/** One key of the file says how a release is watched, and how the target is between releases. */
function splitWatch({ everySecs, ...all }: WatchSource): Pick<Target, 'watch' | 'standingWatch'> {
  const { checkpointMinutes, lookSecs, confirmMinutes, haltObservationSecs, ...standing } = all;
  const watch = { checkpointMinutes, lookSecs, confirmMinutes, haltObservationSecs };
  return { watch, standingWatch: everySecs === undefined ? undefined : { everySecs, ...standing } };
}

/** The canary and the others would be one process, restarted twice. */
function refuseServiceTwice(
  hosts: readonly TargetHost[],
  path: readonly PropertyKey[],
  fault: AddFault,
): void {
  for (const [index, host] of hosts.entries()) {
    const other = hosts.slice(0, index).find((before) => isSameService(before, host));
    if (other === undefined) continue;
    const facts = { host: host.name, other: other.name, service: serviceName(host) };
    fault([...path, 'hosts', index], { code: 'service_twice', facts });
  }
}

/** Minutes from the start of the canary; with several hosts its own checkpoint, the first, is waited for before. */
function lastCheckpointMinutes(hosts: number, checkpointMinutes: readonly number[]): number {
  return Math.max(...checkpointMinutes) + (hosts > 1 ? Math.min(...checkpointMinutes) : 0);
}
