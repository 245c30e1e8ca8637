import { readHostEnvironment } from '../checks/context/host-environment.js';
import type { HostPlan, ReleasePlan, SharedPlace } from '../domain/release-plan.js';
import { type CallOptions, type Host, HostError } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { isSameMachine, isSameService, serviceName } from '../runbook/same-place.js';
import type { Target } from '../runbook/targets.js';

interface Releasing {
  readonly plan: HostPlan;
  readonly settings: TargetHost;
  readonly artefacts: Pick<ReleasePlan, 'model' | 'binary'>;
}

interface Neighbour {
  readonly target: string;
  readonly settings: TargetHost;
}

type HostOf = (settings: TargetHost) => Host;

/**
 * What a host shares with hosts of other targets on its machine, whichever strategy they are of, and what of it the
 * release changes for them. They are looked at only where it replaces a file. @throws HostError
 */
export async function sharedPlaces(
  target: string,
  releasing: Releasing,
  { hostOf, everyTarget }: { readonly hostOf: HostOf; readonly everyTarget: readonly Target[] },
  call: CallOptions,
): Promise<readonly SharedPlace[]> {
  const neighbours = neighboursOf(target, releasing.settings, everyTarget);
  const replaced = await replacedFiles(releasing, hostOf, call);
  const found = await Promise.all(
    neighbours.map(async (neighbour) => [
      ...sharedBySettings(releasing, neighbour, replaced),
      ...(await usedByNeighbour(neighbour, replaced, hostOf, call)),
    ]),
  );
  const { host } = releasing.plan;
  const places = neighbours.flatMap((neighbour, index) =>
    (found[index] ?? []).map((place) => ({ host, target: neighbour.target, ...place })),
  );
  // Two hosts of a target on one machine share the same with it, and settings and processes tell the same.
  const keyOf = ({ target: other, what, path }: SharedPlace) => JSON.stringify([other, what, path]);
  return places.filter((place, index) => {
    const same = places.filter((one) => keyOf(one) === keyOf(place));
    const told = same.find(({ changes }) => changes) ?? same[0];
    return told === places[index];
  });
}

/** Another target that runs the model at a path of this host, or would after its next restart. @throws HostError */
export async function targetUsing(
  path: string,
  target: string,
  settings: TargetHost,
  { hostOf, everyTarget }: { readonly hostOf: HostOf; readonly everyTarget: readonly Target[] },
  call: CallOptions,
): Promise<string | undefined> {
  const file = { what: 'model' as const, path, realPath: await realPathOf(hostOf(settings), path, call) };
  for (const neighbour of neighboursOf(target, settings, everyTarget)) {
    if ((await usedByNeighbour(neighbour, [file], hostOf, call)).length > 0) return neighbour.target;
  }
  return undefined;
}

/** Hosts of other targets on the machine. */
const neighboursOf = (
  target: string,
  own: TargetHost,
  everyTarget: readonly Target[],
): readonly Neighbour[] =>
  everyTarget
    .filter(({ name }) => name !== target)
    .flatMap(({ name, hosts }) => hosts.map((settings) => ({ target: name, settings })))
    .filter(({ settings }) => isSameMachine(settings, own));

type Found = Omit<SharedPlace, 'host' | 'target'>;

function sharedBySettings(
  { plan, settings }: Releasing,
  { settings: other }: Neighbour,
  replaced: readonly ReplacedFile[],
): readonly Found[] {
  const others = other.environmentFiles.map(({ path }) => path);
  const layers = settings.environmentFiles.filter(({ path }) => others.includes(path));
  const { binary, models } = settings;
  return [
    ...(isSameService(settings, other)
      ? [{ what: 'unit' as const, path: serviceName(settings), changes: true }]
      : []),
    ...layers.map(({ path }) => ({
      what: 'environment' as const,
      path,
      changes: path === plan.writtenFile && plan.changes.length > 0,
    })),
    ...(binary !== undefined && binary === other.binary
      ? [{ what: 'program' as const, path: binary, changes: replaced.some(({ path }) => path === binary) }]
      : []),
    ...(models !== undefined && models === other.models
      ? [{ what: 'models' as const, path: models, changes: false }]
      : []),
  ];
}

/** A file that gets other bytes. */
interface ReplacedFile {
  readonly what: 'model' | 'program';
  readonly path: string;
  /** After every symbolic link. */
  readonly realPath: string;
}

async function replacedFiles(
  { plan, settings, artefacts: { model, binary } }: Releasing,
  hostOf: HostOf,
  call: CallOptions,
): Promise<readonly ReplacedFile[]> {
  const { modelPath, binaryPath, presentModelSha256, presentBinarySha256 } = plan;
  const files = [
    ...(modelPath === undefined || presentModelSha256 === model?.sha256
      ? []
      : [{ what: 'model' as const, path: modelPath }]),
    ...(binaryPath === undefined || presentBinarySha256 === binary?.sha256
      ? []
      : [{ what: 'program' as const, path: binaryPath }]),
  ];
  const host = hostOf(settings);
  return Promise.all(
    files.map(async (file) => ({ ...file, realPath: await realPathOf(host, file.path, call) })),
  );
}

/** Of the replaced files those that another target's process has, or will read at its next start. */
async function usedByNeighbour(
  { settings }: Neighbour,
  replaced: readonly ReplacedFile[],
  hostOf: HostOf,
  call: CallOptions,
): Promise<readonly Found[]> {
  if (replaced.length === 0) return [];
  const host = hostOf(settings);
  const { effective } = await readHostEnvironment(host, settings, call);
  const { mainPid } = await host.service.status(call);
  const running =
    mainPid === 0 ? undefined : await host.service.processEnvironment(mainPid, [...effective.keys()], call);
  const values = [...[...effective.values()].map(({ value }) => value), ...(running?.values() ?? [])];
  const named = [...new Set(values.map((value) => value.trim()).filter((value) => value.startsWith('/')))];
  const models = await withRealPaths(host, named, settings.models, call);
  const used = await Promise.all(
    replaced.map(({ what, path, realPath }) =>
      what === 'model'
        ? models.has(path) || models.has(realPath)
        : isProgramOf(host, settings, mainPid, { path, realPath }, call),
    ),
  );
  return replaced
    .filter((_file, index) => used[index])
    .map(({ what, path }) => ({ what, path, changes: true }));
}

/** Where nobody can tell which program another service runs, it may be this one. */
async function isProgramOf(
  host: Host,
  { binary }: TargetHost,
  mainPid: number,
  { path, realPath }: Pick<ReplacedFile, 'path' | 'realPath'>,
  call: CallOptions,
): Promise<boolean> {
  const program =
    mainPid === 0
      ? undefined
      : (await host.service.processFacts(mainPid, { ...call, program: path }))?.program;
  if (binary === undefined && program === undefined) return true;
  const paths = [
    ...(binary === undefined ? [] : [binary, await realPathOf(host, binary, call)]),
    ...(program === undefined ? [] : [program.path]),
  ];
  return program?.isNamed === true || paths.includes(path) || paths.includes(realPath);
}

async function withRealPaths(
  host: Host,
  paths: readonly string[],
  folder: string | undefined,
  call: CallOptions,
): Promise<ReadonlySet<string>> {
  const inside = folder === undefined ? [] : paths.filter((path) => path.startsWith(`${folder}/`));
  const real = await Promise.all(inside.map((path) => realPathOf(host, path, call)));
  return new Set([...paths, ...real]);
}

/** The path itself where nothing stands there, or where the host may not be asked about it. */
async function realPathOf(host: Host, path: string, call: CallOptions): Promise<string> {
  try {
    return (await host.stat(path, call))?.realPath ?? path;
  } catch (error) {
    if (error instanceof HostError && error.code === 'outside_folder') return path;
    throw error;
  }
}
