import { type KnownGoodHost, type KnownGoodRelease, withdrawnIn } from '../domain/known-good.js';
import type { PreviousModelAnswer, PreviousModelHost, PreviousModelPlan } from '../domain/previous-model.js';
import type { ModelMemory } from '../domain/withdrawn-model.js';
import { effectiveValues } from '../hosts/environment/write-wanted.js';
import type { Host } from '../hosts/host.js';
import { HostError } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { targetUsing } from '../release/shared-places.js';
import { modelVariable, modelVariables, type StrategyContract } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';

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
  /** Those of the targets file, of whichever strategy. */
  readonly everyTarget: readonly Target[];
  /** Confirmed releases whose artefacts are kept, newest first. @throws when the database is away. */
  readonly knownGood: (target: string) => Promise<readonly KnownGoodRelease[]>;
  /** @throws when the database is away. */
  readonly memory: (target: string) => Promise<ModelMemory>;
}

const CALL = { timeoutMs: 10_000 } as const;

export function createPreviousModel(options: PreviousModelOptions): PreviousModel {
  const { facts, hostOf, everyTarget } = options;
  return {
    async plan(target) {
      const known = await readKnown(options, target);
      if (known === undefined) return { kind: 'database_away' };
      const { releases, withdrawn, settings } = known;
      const newest = releases[0];
      if (newest === undefined) return { kind: 'none' };
      try {
        const present = await Promise.all(settings.map((one) => lookAt(hostOf(one), one, facts)));
        const others = releases.filter((release) => present.some((host) => !hasModelOf(release, host)));
        const candidate = others.find((release) => withdrawnIn(release, withdrawn) === undefined);
        if (candidate !== undefined)
          return await verify(candidate, { releases, present, target, settings, hostOf, facts, everyTarget });
        const model = others
          .map((release) => withdrawnIn(release, withdrawn))
          .find((one) => one !== undefined);
        return model === undefined
          ? { kind: 'runs_already', release: newest.releaseId }
          : { kind: 'withdrawn', model };
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        return { kind: 'host_away', host: error.host, fault: error.fault };
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
          const facts = { host: settings.name, path: planned.path };
          throw new HostError('changed_since_plan', { code: 'host_put_back_differs', facts });
        }),
      );
    },
  };
}

/** What the database knows, of the hosts that a rollback may touch; undefined: it is away. */
async function readKnown({ knownGood, memory }: PreviousModelOptions, target: Target) {
  try {
    const [releases, { withdrawn, touched }] = await Promise.all([
      knownGood(target.name),
      memory(target.name),
    ]);
    const settings = target.hosts.filter(({ name }) => touched === undefined || touched.includes(name));
    const hosts = settings.length === 0 ? target.hosts : settings;
    return {
      releases: releases.filter((release) => hasModelFor(release, hosts)),
      withdrawn,
      settings: hosts,
    };
  } catch {
    return undefined;
  }
}

interface PresentHost {
  readonly host: string;
  /** SHA-256 of the model that runs, and of the one that the next start would load; '' for none. */
  readonly models: readonly [running: string, next: string];
  /** '' where the target has no binary, or nothing stands there. */
  readonly binarySha256: string;
}

async function lookAt(host: Host, settings: TargetHost, facts: ModelFacts): Promise<PresentHost> {
  const { binary } = settings;
  const name = modelVariable(facts, 'path');
  const names = name === undefined ? [] : [name];
  const { mainPid } = await host.service.status(CALL);
  const [files, process] = await Promise.all([
    effectiveValues(host, settings, names, CALL.timeoutMs),
    mainPid === 0 ? undefined : host.service.processEnvironment(mainPid, names, CALL),
  ]);
  const next = await sha256At(host, name && files.get(name));
  // Stopped: what it would start with is what it has.
  const running = process === undefined ? next : await sha256At(host, name && process.get(name));
  return {
    host: host.name,
    models: [running, next],
    binarySha256: await sha256At(host, binary),
  };
}

async function sha256At(host: Host, path: string | undefined): Promise<string> {
  const plain = path?.trim() ?? '';
  if (!plain.startsWith('/') || (await host.stat(plain, CALL)) === undefined) return '';
  return host.sha256(plain, CALL);
}

/** Every one of these hosts has a model in the release. */
function hasModelFor({ hosts }: KnownGoodRelease, settings: readonly TargetHost[]): boolean {
  return settings.every(({ name }) => hosts.some(({ host, model }) => host === name && model !== null));
}

/** Whether a host runs exactly the model that the release had there, and would start with it again. */
function hasModelOf({ hosts }: KnownGoodRelease, { host, models }: PresentHost): boolean {
  const good = hosts.find((known) => known.host === host)?.model?.sha256;
  return good !== undefined && models.every((sha256) => sha256 === good);
}

interface Verification {
  readonly releases: readonly KnownGoodRelease[];
  readonly present: readonly PresentHost[];
  readonly target: Target;
  readonly settings: readonly TargetHost[];
  readonly hostOf: (settings: TargetHost) => Host;
  readonly facts: ModelFacts;
  readonly everyTarget: readonly Target[];
}

async function verify(release: KnownGoodRelease, context: Verification): Promise<PreviousModelAnswer> {
  const { target, hostOf, facts, releases } = context;
  const present = context.present.filter((host) => !hasModelOf(release, host));
  const hosts: PreviousModelHost[] = [];
  for (const settings of context.settings) {
    if (!present.some(({ host }) => host === settings.name)) continue;
    const good = release.hosts.find(({ host }) => host === settings.name);
    const model = good?.model;
    if (good === undefined || model === null || model === undefined) return { kind: 'none' };
    const host = hostOf(settings);
    const isThere = await hasContent(host, model.path, model.sha256);
    if (!isThere && !(await hasContent(host, model.keptPath, model.sha256))) {
      return { kind: 'artefact_missing', host: settings.name, path: model.path, sha256: model.sha256 };
    }
    const other = isThere ? undefined : await targetUsing(model.path, target.name, settings, context, CALL);
    if (other !== undefined)
      return { kind: 'used_by_other', host: settings.name, path: model.path, target: other };
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
  const restored = hosts.map(({ sha256 }) => sha256);
  const replaced = [...new Set(present.flatMap(({ models }) => models))].filter(
    (sha256) => sha256 !== '' && !restored.includes(sha256),
  );
  return {
    kind: 'plan',
    plan: { target: target.name, releaseId, confirmedAt, hosts, replaced, untriedBinary: untried },
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
