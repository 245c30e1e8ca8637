import { z } from 'zod';
import { instantSchema } from './instant.js';
import type { ValueOf } from './value-of.js';
import type { WithdrawnModel } from './withdrawn-model.js';

const artefactSchema = z.object({
  path: z.string(),
  sha256: z.string(),
  /** Where its copy is kept on the host, which nothing overwrites. */
  keptPath: z.string(),
});

const hostSchema = z.object({
  host: z.string(),
  model: artefactSchema.nullable(),
  binary: artefactSchema.nullable(),
  /** The strategy's variables as the running process had them, by full name; secrets never. */
  variables: z.record(z.string(), z.string()),
  /** Of every other variable of the layers a digest that tells only whether a value is the same. */
  concealed: z.record(z.string(), z.string()).exactOptional(),
});
export type KnownGoodHost = ValueOf<typeof hostSchema>;
/** What a confirmed release left in the environment of a host's process. */
export type ConfirmedHost = Pick<KnownGoodHost, 'host' | 'variables' | 'concealed'>;

export const knownGoodSchema = z.object({
  releaseId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  hosts: z.array(hostSchema),
  confirmedAt: instantSchema,
  prunedAt: instantSchema.nullable(),
});

/** A release that was confirmed: what a rollback may go back to, as long as its artefacts are kept. */
export type KnownGoodRelease = ValueOf<typeof knownGoodSchema>;

export const releasedFileSchema = z.object({
  host: z.string(),
  path: z.string(),
  /** In hex: as the last confirmed release of that path left it, and as releases under way bring it. */
  sha256s: z.array(z.string()),
});

/** What may stand at a path that a confirmed release brought. */
export type ReleasedFile = ValueOf<typeof releasedFileSchema>;

const ofOtherTarget = { target: z.string(), host: z.string() };
/** A kept copy that another target needs. */
export const keptElsewhereSchema = z.object({ ...ofOtherTarget, keptPath: z.string() });
export type KeptElsewhere = ValueOf<typeof keptElsewhereSchema>;

/** What stood at a path, in hex, before a release of another target that is under way replaced it. */
export const stagedElsewhereSchema = z.object({
  ...ofOtherTarget,
  path: z.string(),
  sha256: z.string(),
  metaSha256: z.string().nullable(),
});

/**
 * The kept copies that no release needs any more, host by host. What stays are the newest releases of as many models as are
 * kept, of each no more than that; a model that is never gone back to does not count, and does not stay for its age.
 * @param releases newest first; all that are not pruned yet.
 * @param keep how many models stay.
 */
export function evaluatePruning(
  releases: readonly KnownGoodRelease[],
  keep: number,
  withdrawn: readonly WithdrawnModel[] = [],
): { readonly releaseIds: readonly string[]; readonly files: ReadonlyMap<string, readonly string[]> } {
  const kept = keptReleases(releases, keep, withdrawn);
  const old = releases.filter((release) => !kept.includes(release));
  const needed = new Set(kept.flatMap(({ hosts }) => hosts.flatMap(keptFiles)));
  const files = new Map<string, string[]>();
  for (const host of old.flatMap(({ hosts }) => hosts)) {
    const gone = files.get(host.host) ?? [];
    gone.push(
      ...keptPaths(host).filter((path) => !needed.has(fileId(host.host, path)) && !gone.includes(path)),
    );
    files.set(host.host, gone);
  }
  return { releaseIds: old.map(({ releaseId }) => releaseId), files };
}

function keptReleases(
  releases: readonly KnownGoodRelease[],
  keep: number,
  withdrawn: readonly WithdrawnModel[],
): readonly KnownGoodRelease[] {
  const models = new Map<string, readonly KnownGoodRelease[]>();
  for (const [index, release] of releases.entries()) {
    // What was confirmed last stays, whatever became of it.
    if (index > 0 && withdrawnIn(release, withdrawn) !== undefined) continue;
    const model = [...new Set(release.hosts.map((host) => host.model?.sha256 ?? ''))].sort().join();
    const same = models.get(model) ?? (models.size < keep ? [] : undefined);
    if (same === undefined || same.length >= keep) continue;
    models.set(model, [...same, release]);
  }
  return [...models.values()].flat();
}

/** Why a release is not gone back to by itself: a model of it was rolled back or halted after it was confirmed. */
export const withdrawnIn = (
  { hosts, confirmedAt }: KnownGoodRelease,
  withdrawn: readonly WithdrawnModel[],
): WithdrawnModel | undefined =>
  withdrawn.find(
    ({ sha256, at }) =>
      Date.parse(at) > Date.parse(confirmedAt) && hosts.some(({ model }) => model?.sha256 === sha256),
  );

const keptPaths = ({ model, binary }: KnownGoodHost): string[] =>
  [model, binary].flatMap((artefact) => (artefact === null ? [] : [artefact.keptPath]));

const keptFiles = (host: KnownGoodHost): string[] => keptPaths(host).map((path) => fileId(host.host, path));

const fileId = (host: string, path: string): string => `${host}\0${path}`;
