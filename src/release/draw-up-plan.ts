import type { PlannedState } from '../checks/context/planned-state.js';
import type { DeployWish } from '../domain/deploy-wish.js';
import type { KnownGoodRelease, ReleasedFile } from '../domain/known-good.js';
import type { HostPlan, ReleasePlan, SharedPlace } from '../domain/release-plan.js';
import { type Refused, type ReleaseRefusal, refused } from '../domain/release-refusal.js';
import { redact } from '../domain/secrets.js';
import type { WithdrawnModel } from '../domain/withdrawn-model.js';
import type { Host } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import type { Runbook } from '../runbook/runbook.js';
import { modelVariable } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';
import { checkWish } from './check-wish.js';
import type { ConfigurationHashes } from './configuration-hashes.js';
import { type HostIntent, planHost, unlessHostFails } from './plan-host.js';
import { sharedPlaces } from './shared-places.js';
import { readStagedArtefact, type StagedArtefact } from './staging.js';

export interface PlanSources {
  readonly runbook: Runbook;
  readonly hostOf: (settings: TargetHost) => Host;
  /** The configuration files as they are on disk now. */
  readonly configuration: (target: string) => Promise<ConfigurationHashes>;
  /** The confirmed releases of a target, newest first. */
  readonly confirmed: (target: string) => Promise<readonly KnownGoodRelease[]>;
  /** What may stand at the paths that its confirmed releases have brought. */
  readonly released: (target: string) => Promise<readonly ReleasedFile[]>;
  /** Those of the targets file, of whichever strategy. */
  readonly everyTarget: readonly Target[];
  /** Models of the strategy that were rolled back or halted. */
  readonly withdrawn: () => Promise<readonly WithdrawnModel[]>;
}

export interface ComposedPlan {
  readonly kind: 'plan';
  readonly plan: ReleasePlan;
  /** What the pre-deploy checks judge. Holds secrets of the hosts' files: never stored, never shown. */
  readonly planned: PlannedState;
}

export interface PlanRefused {
  readonly kind: 'refused';
  /** All that is wrong, at once. */
  readonly refusals: readonly ReleaseRefusal[];
}

/** Works out what a wish means on the hosts as they stand now. Looks only, and gives the same answer while nothing changes. */
export async function composePlan(
  wish: DeployWish,
  target: Target,
  sources: PlanSources,
): Promise<ComposedPlan | PlanRefused> {
  const faults = [...checkWish(wish, sources.runbook), ...placeFaults(wish, target)];
  const [model, binary, hashes, [lastConfirmed], released, withdrawn] = await Promise.all([
    readArtefact(target.staging, wish.model),
    readArtefact(target.staging, wish.binary),
    sources.configuration(target.name),
    sources.confirmed(target.name),
    sources.released(target.name),
    sources.withdrawn(),
  ]);
  // What cannot be read is not what was approved, however often it cannot be read.
  const unread = [
    ...(hashes.runbookSha256 === '' ? [sources.runbook.file] : []),
    ...(hashes.policySha256 === '' ? ['targets.yaml'] : []),
  ].map((file) => refused('configuration_changed', { file }));
  const refusals = [...faults, ...refusalsOf([model, binary, ...unread])];
  if (refusals.length > 0 || isRefused(model) || isRefused(binary)) return { kind: 'refused', refusals };

  const hosts = await Promise.all(
    target.hosts.map((settings) =>
      planHost(sources.hostOf(settings), settings, {
        ...intentFor(settings, wish, model, binary, sources.runbook),
        confirmed: lastConfirmed?.hosts.find(({ host }) => host === settings.name),
        released: released.filter(({ host }) => host === settings.name),
      }),
    ),
  );
  const planned = hosts.filter((host) => host.kind === 'planned');
  if (planned.length < hosts.length) return { kind: 'refused', refusals: refusalsOf(hosts) };
  const changesSomething =
    model !== undefined || binary !== undefined || planned.some(({ plan }) => plan.changes.length > 0);
  if (!changesSomething) return { kind: 'refused', refusals: [refused('nothing_to_do').refusal] };
  const artefacts = { model: model?.plan, binary: binary?.plan };
  const places = await unlessHostFails(async (call) => {
    const found = target.hosts.flatMap((settings) => {
      const plan = planned.find((one) => one.plan.host === settings.name)?.plan;
      return plan === undefined
        ? []
        : [sharedPlaces(target.name, { plan, settings, artefacts }, sources, call)];
    });
    return (await Promise.all(found)).flat();
  });
  if ('refusal' in places) return { kind: 'refused', refusals: [places.refusal] };
  return {
    kind: 'plan',
    plan: {
      strategy: sources.runbook.strategy,
      target: target.name,
      reason: redact(wish.reason.trim()),
      ...artefacts,
      hosts: planned.map(({ plan }) => plan),
      ...asShared(places, sources),
      ...withdrawnOf(withdrawn, model, planned),
      ...hashes,
    },
    planned: new Map(planned.map((host) => [host.plan.host, host.planned])),
  };
}

/** What is shared, and whose approval it takes besides. */
function asShared(
  shared: readonly SharedPlace[],
  { everyTarget, runbook }: PlanSources,
): Pick<ReleasePlan, 'shared' | 'alsoApprovedBy'> {
  const changed = shared.filter(({ changes }) => changes).map(({ target }) => target);
  const alsoApprovedBy = everyTarget
    .filter(({ name }) => changed.includes(name))
    .map(({ name, strategy = runbook.strategy, approval: { quorum, groups, users } }) => ({
      target: name,
      strategy,
      quorum,
      groups,
      users,
    }));
  return {
    ...(shared.length > 0 ? { shared } : {}),
    ...(alsoApprovedBy.length > 0 ? { alsoApprovedBy } : {}),
  };
}

/** Of the models that will run after it, also where they stay. */
function withdrawnOf(
  withdrawn: readonly WithdrawnModel[],
  model: StagedArtefact | undefined,
  hosts: readonly { readonly plan: HostPlan }[],
): Pick<ReleasePlan, 'withdrawn'> {
  const running =
    model === undefined ? hosts.map(({ plan }) => plan.presentModelSha256) : [model.plan.sha256];
  const found = withdrawn.filter(({ sha256 }) => running.includes(sha256));
  return found.length === 0 ? {} : { withdrawn: found };
}

/** What the targets file must say before an artefact can go anywhere. */
function placeFaults(wish: DeployWish, target: Target): readonly ReleaseRefusal[] {
  const wantsArtefact = wish.model !== undefined || wish.binary !== undefined;
  if (wantsArtefact && target.staging === undefined) return [refused('no_staging_folder').refusal];
  return target.hosts.flatMap(({ name, models, binary }) => [
    ...(wish.model !== undefined && models === undefined
      ? [refused('no_models_folder', { host: name }).refusal]
      : []),
    ...(wish.binary !== undefined && binary === undefined
      ? [refused('no_binary_path', { host: name }).refusal]
      : []),
  ]);
}

async function readArtefact(
  folder: string | undefined,
  name: string | undefined,
): Promise<StagedArtefact | Refused | undefined> {
  return folder === undefined || name === undefined ? undefined : readStagedArtefact(folder, name);
}

/** A release turns the strategy on, and names the model that it brings. */
function intentFor(
  settings: TargetHost,
  wish: DeployWish,
  model: StagedArtefact | undefined,
  binary: StagedArtefact | undefined,
  runbook: Runbook,
): Omit<HostIntent, 'confirmed' | 'released'> {
  const { envPrefix, flag, model: names } = runbook;
  const wanted: Record<string, string> = {
    [flag.variable]: flag.on,
    ...(model === undefined || names === undefined
      ? {}
      : {
          [names.path]: `${settings.models}/${model.plan.name}`,
          [names.version]: wish.modelVersion?.trim() ?? '',
        }),
    ...wish.settings,
  };
  return {
    model,
    binary,
    variables: new Map(Object.entries(wanted).map(([name, value]) => [`${envPrefix}${name}`, value])),
    modelVariable: modelVariable(runbook, 'path'),
    runbook,
  };
}

const isRefused = (value: { readonly kind: string } | undefined): value is Refused =>
  value?.kind === 'refused';

const refusalsOf = (values: readonly ({ readonly kind: string } | undefined)[]): readonly ReleaseRefusal[] =>
  values.flatMap((value) => (isRefused(value) ? [value.refusal] : []));
