import { posix } from 'node:path';
import { declaredNames, mayShowValue, undeclaredNames } from '../checks/context/closed-world.js';
import {
  composeEnvironment,
  type HostEnvironment,
  layerFault,
  readHostEnvironment,
} from '../checks/context/host-environment.js';
import type { PlannedHost } from '../checks/context/planned-state.js';
import { sinceConfirmed } from '../checks/context/since-confirmed.js';
import { faultAsFacts } from '../domain/host-fault.js';
import type { KnownGoodHost, ReleasedFile } from '../domain/known-good.js';
import type { HostPlan, NamedChange, VariableChange } from '../domain/release-plan.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import { resolveInside } from '../hosts/contained-path.js';
import { shownInFile, shownInProcess } from '../hosts/environment/concealed-value.js';
import { EnvironmentEditError, editEnvironmentFile } from '../hosts/environment/environment-edit.js';
import { type CallOptions, type Host, HostError } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { tryDeadMan } from '../hosts/try-dead-man.js';
import type { Declarations } from '../runbook/runbook.js';
import type { StagedArtefact } from './staging.js';
import { unitDrift } from './unit-drift.js';
import { unitIdentityIfTold } from './unit-identity.js';

/** What a release wants of a host. */
export interface HostIntent {
  readonly model: StagedArtefact | undefined;
  readonly binary: StagedArtefact | undefined;
  /** By full name: what the strategy is to see after the restart. */
  readonly variables: ReadonlyMap<string, string>;
  /** Which variables the strategy has. */
  readonly runbook: Declarations;
  /** The one of them that names the model's file. */
  readonly modelVariable: string | undefined;
  /** What its last confirmed release left on it; undefined: there is none. */
  readonly confirmed: KnownGoodHost | undefined;
  /** What may stand on it at paths that a confirmed release has brought. */
  readonly released: readonly ReleasedFile[];
}

interface HostPlanning {
  readonly kind: 'planned';
  readonly plan: HostPlan;
  readonly planned: PlannedHost;
}

/** Of each call: a host with many files is no slow one. */
const CALL_TIMEOUT_MS = 10_000;

/** Works out what a release changes on one host. Looks only; whether it holds a dead man is tried by one that does nothing. */
export async function planHost(
  host: Host,
  settings: TargetHost,
  intent: HostIntent,
): Promise<HostPlanning | Refused> {
  return unlessHostFails((call) => planOn(host, settings, intent, call));
}

/** A host that cannot be looked at is a refusal: nobody knows what is there. */
export async function unlessHostFails<T>(look: (call: CallOptions) => Promise<T>): Promise<T | Refused> {
  try {
    return await look({ timeoutMs: CALL_TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return refused('host_error', { ...faultAsFacts(error.fault), code: error.code });
  }
}

async function planOn(
  host: Host,
  settings: TargetHost,
  intent: HostIntent,
  call: CallOptions,
): Promise<HostPlanning | Refused> {
  const present = await readHostEnvironment(host, settings, call);
  const declared = declaredNames(intent.runbook);
  const unsafe = declared.map((name) => present.effective.get(name)).find((variable) => variable?.spansLines);
  // What an open quote took in may be a secret: no part of it goes into a plan.
  if (unsafe) return refused('unsafe_environment_file', { host: host.name, file: unsafe.file });
  const environment = editedEnvironment(
    host.name,
    settings.writtenEnvironmentFile,
    present,
    intent.variables,
  );
  if ('refusal' in environment) return environment;

  const { model, binary } = intent;
  const modelPath = model === undefined ? undefined : `${settings.models}/${model.plan.name}`;
  const binaryPath = binary === undefined ? undefined : settings.binary;
  if (modelPath !== undefined) await resolveInside(host, settings.models ?? '', modelPath, call);
  const changes = changesBetween(intent.variables, present);
  const names = [...declared, ...undeclaredNames(present, intent.runbook)];
  const unchanged = names.filter((name) => !changes.some(({ variable }) => variable === name));
  const [presentModelSha256, presentBinarySha256, drift, unitChanges, unit, withoutDeadMan] =
    await Promise.all([
      hashOf(host, modelPath ?? stayingModel(environment, intent.modelVariable), call),
      // A program that stays is approved with the rest, too.
      hashOf(host, binaryPath ?? settings.binary, call),
      driftOf(host, present, unchanged, intent.runbook.envPrefix, call),
      unitDrift(host.service, call),
      unitIdentityIfTold(host.service, call),
      deadManLack(host, call),
    ]);
  const told = [...changes, ...drift].map(({ variable }) => variable);
  const staying = [
    ...(model === undefined
      ? [{ path: stayingModel(environment, intent.modelVariable), sha256: presentModelSha256 }]
      : []),
    ...(binary === undefined ? [{ path: settings.binary, sha256: presentBinarySha256 }] : []),
  ];
  const since = [
    ...(await driftSinceConfirmed(intent, present, told)),
    ...replacedByHand(intent.released, staying),
  ];
  const plan: HostPlan = {
    host: host.name,
    modelPath,
    binaryPath,
    presentModelSha256,
    presentBinarySha256,
    layers: present.layers.map(({ path, sha256 }) => ({ path, sha256 })),
    writtenFile: settings.writtenEnvironmentFile,
    changes,
    ...namedDrift(drift, unitChanges, present, intent.runbook),
    sinceConfirmed: since.length > 0 ? since : undefined,
    ...(unit === undefined ? {} : { unit }),
    withoutDeadMan,
  };
  const plannedModel =
    model === undefined || modelPath === undefined
      ? undefined
      : { path: modelPath, stagedPath: model.path, sha256: model.plan.sha256 };
  return { kind: 'planned', plan, planned: { environment, model: plannedModel, drift, present } };
}

/** Why the host holds no dead man; undefined: it holds one. @throws HostError where nobody can tell */
async function deadManLack(host: Host, call: CallOptions): Promise<HostPlan['withoutDeadMan']> {
  const found = await tryDeadMan(host.name, host.service, call);
  if (found.kind === 'unknown') throw found.error;
  return found.kind === 'holds' ? undefined : found.kind;
}

/** The environment as it will be. What is in force already is not written again. */
function editedEnvironment(
  host: string,
  writtenFile: string,
  present: HostEnvironment,
  wanted: ReadonlyMap<string, string>,
): HostEnvironment | Refused {
  // The layer that is written need not be there yet.
  const others = present.layers.map((layer) =>
    layer.path === writtenFile ? { ...layer, optional: true } : layer,
  );
  const broken = layerFault({ ...present, layers: others });
  if (broken !== undefined) return refused('unsafe_environment_file', { host, file: broken.file });
  const edits = new Map([...wanted].filter(([name, value]) => present.effective.get(name)?.value !== value));
  if (edits.size === 0) return present;
  try {
    const layers = present.layers.map((layer) =>
      layer.path === writtenFile
        ? { ...layer, state: 'read' as const, text: editEnvironmentFile(layer.text, edits) }
        : layer,
    );
    const planned = composeEnvironment(layers);
    for (const [name, value] of wanted) {
      const effective = planned.effective.get(name);
      if (effective?.value === value) continue;
      return refused('overridden_by_layer', { host, variable: name, file: effective?.file ?? writtenFile });
    }
    return planned;
  } catch (error) {
    if (!(error instanceof EnvironmentEditError)) throw error;
    return refused('unsafe_environment_file', { host, file: writtenFile });
  }
}

function changesBetween(
  wanted: ReadonlyMap<string, string>,
  { effective }: HostEnvironment,
): readonly VariableChange[] {
  return differing(
    [...wanted.keys()],
    (name) => effective.get(name)?.value,
    (name) => wanted.get(name),
  );
}

/** Of what differs, what may stand in a plan: declared variables, and the others by themselves. */
function namedDrift(
  drift: readonly VariableChange[],
  unit: readonly VariableChange[],
  present: HostEnvironment,
  runbook: HostIntent['runbook'],
): Pick<HostPlan, 'drift' | 'undeclared'> {
  const declared = declaredNames(runbook);
  const [known, others] = [true, false].map((isKnown) =>
    drift.filter(({ variable }) => declared.includes(variable) === isKnown),
  );
  const undeclared = others?.map((change): NamedChange => {
    const { variable, before, after } = shown(change, present);
    return { variable, shown: mayShowValue(variable, runbook) ? { before, after } : undefined };
  });
  return {
    drift: [...(known?.map((change) => shown(change, present)) ?? []), ...unit],
    undeclared: undeclared?.length ? undeclared : undefined,
  };
}

/** @param told what stands in the plan by name already. */
async function driftSinceConfirmed(
  { confirmed, runbook }: HostIntent,
  present: HostEnvironment,
  told: readonly string[],
): Promise<readonly NamedChange[]> {
  if (confirmed === undefined) return [];
  const changes = await sinceConfirmed(confirmed, present, runbook);
  return changes.filter(({ variable }) => !told.includes(variable));
}

/** Model and program that stay, and do not have the bytes with which a release of that path was confirmed last. */
function replacedByHand(
  released: readonly ReleasedFile[],
  staying: readonly { readonly path: string | undefined; readonly sha256: string }[],
): readonly NamedChange[] {
  return staying.flatMap(({ path, sha256 }) => {
    const file =
      path === undefined ? undefined : released.find((each) => each.path === posix.normalize(path));
    if (file === undefined || file.sha256s.includes(sha256)) return [];
    return [{ variable: file.path, shown: { before: file.sha256s[0] ?? null, after: sha256 || null } }];
  });
}

function shown({ variable, before, after }: VariableChange, { effective }: HostEnvironment): VariableChange {
  const found = effective.get(variable);
  return {
    variable,
    before: shownInProcess(before ?? undefined, found),
    after: after === null ? null : shownInFile(found),
  };
}

type Lookup = (name: string) => string | undefined;

const differing = (names: readonly string[], from: Lookup, to: Lookup): readonly VariableChange[] =>
  names
    .map((variable) => ({ variable, before: from(variable) ?? null, after: to(variable) ?? null }))
    .filter(({ before, after }) => before !== after);

/** Where the model stands that the release keeps: it is approved with the rest. */
function stayingModel({ effective }: HostEnvironment, variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined;
  const path = effective.get(variable)?.value.trim() ?? '';
  return path.startsWith('/') ? path : undefined;
}

/** SHA-256 of what stands at a path; '' where nothing does. */
async function hashOf(host: Host, path: string | undefined, call: CallOptions): Promise<string> {
  if (path === undefined) return '';
  const found = await host.stat(path, call);
  return found?.kind === 'file' ? host.sha256(path, call) : '';
}

/**
 * The strategy's variables that the process has, and that the unit does not set: one that no file sets any more is gone
 * after the restart. Where nobody can ask, the check of what runs says so.
 */
async function heldOnly(
  service: Host['service'],
  pid: number,
  envPrefix: string,
  call: CallOptions,
): Promise<readonly string[]> {
  const [held, definition] = await Promise.all([
    service.variableNames(pid, envPrefix, call).catch(() => undefined),
    service.definition(call).catch(() => undefined),
  ]);
  const set = new Set([...(definition?.variables ?? []), ...(definition?.ofManager ?? [])]);
  return (held ?? []).filter((name) => !set.has(name));
}

/**
 * What somebody edited without a restart: it would go live with this release. Variables that the release
 * changes are left out: their value before and after stands among the changes.
 */
async function driftOf(
  host: Host,
  { effective }: HostEnvironment,
  declaredOrSet: readonly string[],
  envPrefix: string,
  call: CallOptions,
): Promise<readonly VariableChange[]> {
  const { mainPid } = await host.service.status(call);
  if (mainPid === 0) return [];
  const held = await heldOnly(host.service, mainPid, envPrefix, call);
  const names = [
    ...declaredOrSet,
    ...held.filter((name) => !effective.has(name) && !declaredOrSet.includes(name)),
  ];
  const running = await host.service.processEnvironment(mainPid, names, call);
  if (running === undefined) return [];
  return differing(
    names,
    (name) => running.get(name),
    (name) => effective.get(name)?.value,
  );
}
