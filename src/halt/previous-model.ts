import type { KnownGoodHost, KnownGoodRelease } from '../domain/known-good.js';
import { ownValue } from '../domain/own-value.js';
import { effectiveValues } from '../hosts/environment/write-wanted.js';
import type { Host } from '../hosts/host.js';
import { HostError } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { modelVariable, modelVariables, type StrategyContract } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';

/** What *Previous model* would restore, or why it cannot. */
export type PreviousModelAnswer =
  | { readonly kind: 'plan'; readonly plan: PreviousModelPlan }
  /** No release was ever confirmed. */
  | { readonly kind: 'none' }
  /** The only confirmed release is what runs. */
  | { readonly kind: 'runs_already'; readonly release: string }
  /** Its file is neither at its place nor kept, or has another content. */
  | {
      readonly kind: 'artefact_missing';
      readonly host: string;
      readonly path: string;
      readonly sha256: string;
    }
  | { readonly kind: 'host_away'; readonly host: string; readonly detail: string }
  | { readonly kind: 'database_away' };

export interface PreviousModelPlan {
  readonly target: string;
  readonly releaseId: string;
  /** RFC 3339. */
  readonly confirmedAt: string;
  readonly hosts: readonly PreviousModelHost[];
  /** Hosts whose present binary was never confirmed together with this model. */
  readonly untriedBinary: readonly string[];
}

interface PreviousModelHost {
  readonly host: string;
  readonly path: string;
  readonly sha256: string;
  /** Where the file's content lies when it is no longer at its place; null: it is. */
  readonly restoreFrom: string | null;
  /** The variables about the model, by their full names. */
  readonly wanted: Readonly<Record<string, string>>;
}

export interface PreviousModel {
  /** Looks and verifies; changes nothing. */
  plan(target: Target): Promise<PreviousModelAnswer>;
  /** Puts files back that are no longer at their place. @throws HostError */
  putBack(target: Target, plan: PreviousModelPlan): Promise<void>;
}

type ModelFacts = Pick<StrategyContract, 'envPrefix' | 'model'>;

interface PreviousModelOptions {
  readonly facts: ModelFacts;
  readonly hostOf: (settings: TargetHost) => Host;
  /** Confirmed releases whose artefacts are kept, newest first. @throws when the database is away. */
  readonly knownGood: (target: string) => Promise<readonly KnownGoodRelease[]>;
}

const CALL = { timeoutMs: 10_000 } as const;

export function createPreviousModel(options: PreviousModelOptions): PreviousModel {
  const { facts, hostOf, knownGood } = options;
  return {
    async plan(target) {
      let releases: readonly KnownGoodRelease[];
      try {
        releases = (await knownGood(target.name)).filter((release) => hasModelFor(release, target));
      } catch {
        return { kind: 'database_away' };
      }
      const newest = releases[0];
      if (newest === undefined) return { kind: 'none' };
      try {
        const present = await Promise.all(
          target.hosts.map((settings) => lookAt(hostOf(settings), settings, facts)),
        );
        const candidate = releases.find((release) => !runsEverywhere(release, present, facts));
        if (candidate === undefined) return { kind: 'runs_already', release: newest.releaseId };
        return await verify(candidate, { releases, present, target, hostOf, facts });
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        return { kind: 'host_away', host: error.host, detail: error.message };
      }
    },
    async putBack(target, plan) {
      await Promise.all(
        target.hosts.map(async (settings) => {
          const planned = plan.hosts.find(({ host }) => host === settings.name);
          if (planned === undefined || planned.restoreFrom === null) return;
          const host = hostOf(settings);
          await host.copyFile(planned.restoreFrom, planned.path, CALL);
          if ((await host.sha256(planned.path, CALL)) === planned.sha256) return;
          const detail = `${settings.name}: ${planned.path} has another content after it was put back.`;
          throw new HostError('changed_since_plan', settings.name, detail);
        }),
      );
    },
  };
}

interface PresentHost {
  readonly host: string;
  readonly variables: ReadonlyMap<string, string>;
  /** '' where the target has no binary, or nothing stands there. */
  readonly binarySha256: string;
}

async function lookAt(host: Host, settings: TargetHost, facts: ModelFacts): Promise<PresentHost> {
  const { binary } = settings;
  const names = modelVariables(facts);
  const { mainPid } = await host.service.status(CALL);
  const [variables, found] = await Promise.all([
    // Stopped: what it would start with is what it has.
    mainPid === 0
      ? effectiveValues(host, settings, names, CALL.timeoutMs)
      : host.service.processEnvironment(mainPid, names, CALL),
    binary === undefined ? undefined : host.stat(binary, CALL),
  ]);
  return {
    host: host.name,
    variables: variables ?? new Map(),
    binarySha256: found === undefined ? '' : await host.sha256(found.path, CALL),
  };
}

/** Every host of the target as it is now has a model in the release. */
function hasModelFor({ hosts }: KnownGoodRelease, target: Target): boolean {
  return target.hosts.every(({ name }) => hosts.some(({ host, model }) => host === name && model !== null));
}

function runsEverywhere(
  { hosts }: KnownGoodRelease,
  present: readonly PresentHost[],
  facts: ModelFacts,
): boolean {
  const names = (['path', 'version'] as const).flatMap((which) => modelVariable(facts, which) ?? []);
  return present.every(({ host, variables }) => {
    const good = hosts.find((candidate) => candidate.host === host);
    return names.every(
      (name) => good !== undefined && ownValue(good.variables, name) === variables.get(name),
    );
  });
}

interface Verification {
  readonly releases: readonly KnownGoodRelease[];
  readonly present: readonly PresentHost[];
  readonly target: Target;
  readonly hostOf: (settings: TargetHost) => Host;
  readonly facts: ModelFacts;
}

async function verify(release: KnownGoodRelease, context: Verification): Promise<PreviousModelAnswer> {
  const { target, hostOf, facts, present, releases } = context;
  const hosts: PreviousModelHost[] = [];
  for (const settings of target.hosts) {
    const good = release.hosts.find(({ host }) => host === settings.name);
    const model = good?.model;
    if (good === undefined || model === null || model === undefined) return { kind: 'none' };
    const host = hostOf(settings);
    const isThere = await hasContent(host, model.path, model.sha256);
    if (!isThere && !(await hasContent(host, model.keptPath, model.sha256))) {
      return { kind: 'artefact_missing', host: settings.name, path: model.path, sha256: model.sha256 };
    }
    const names = modelVariables(facts);
    const pathName = modelVariable(facts, 'path');
    const wanted = Object.fromEntries(
      Object.entries(good.variables).filter(([name]) => names.includes(name)),
    );
    hosts.push({
      host: settings.name,
      path: model.path,
      sha256: model.sha256,
      restoreFrom: isThere ? null : model.keptPath,
      wanted: pathName === undefined ? wanted : { ...wanted, [pathName]: model.path },
    });
  }
  const untried = present.filter((now) => !wereTogether(releases, release, now)).map(({ host }) => host);
  const { releaseId, confirmedAt } = release;
  return {
    kind: 'plan',
    plan: { target: target.name, releaseId, confirmedAt, hosts, untriedBinary: untried },
  };
}

async function hasContent(host: Host, path: string, sha256: string): Promise<boolean> {
  if ((await host.stat(path, CALL)) === undefined) return false;
  return (await host.sha256(path, CALL)) === sha256;
}

/** Whether some confirmed release ran this model with the binary that stands there now. */
function wereTogether(
  releases: readonly KnownGoodRelease[],
  wanted: KnownGoodRelease,
  { host, binarySha256 }: PresentHost,
): boolean {
  const on = ({ hosts }: KnownGoodRelease): KnownGoodHost | undefined =>
    hosts.find((known) => known.host === host);
  const model = on(wanted)?.model?.sha256;
  return releases.some((release) => {
    const known = on(release);
    return known?.model?.sha256 === model && (known?.binary?.sha256 ?? '') === binarySha256;
  });
}
