import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type ArtefactPlan, metaPathOf } from '../domain/release-plan.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import type { SkippedFile, StagedFiles, StagedModelMeta } from '../domain/staged-files.js';
import { readPlainFile } from '../machine/plain-file.js';
import { sha256OfFile } from '../machine/sha256.js';
import { MAX_META_BYTES } from '../model/model-meta.js';
import { parsePythonJson } from '../model/python-json.js';

/** A person picks among the newest; older ones can be named in a terminal. */
const SHOWN = 20;
const MODEL_SUFFIX = '.onnx';
const META_SUFFIX = '.meta.json';

const GIB = 1024 ** 3;
/** What is larger, e.g. a core dump, is nothing to deploy: each look would read all of it, and a trial has a model in memory. */
const mostBytes = (name: string): number => (name.endsWith(MODEL_SUFFIX) ? GIB / 2 : GIB);

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const metaSchema = z.looseObject({
  version: text,
  horizon: text,
  metrics: z.record(z.string(), z.unknown()).default({}),
});

/** What waits in the staging folder; empty where there is no such folder. */
export async function listStaging(folder: string): Promise<StagedFiles> {
  const { plain, skipped } = await lookInto(folder);
  const isTooLarge = ({ name, size }: { name: string; size: number }) => size > mostBytes(name);
  const files = plain.filter((file) => !file.name.endsWith(META_SUFFIX) && !isTooLarge(file));
  const isModel = ({ name }: { name: string }) => name.endsWith(MODEL_SUFFIX);
  const shown = [files.filter(isModel), files.filter((file) => !isModel(file))].map((of) =>
    of.slice(0, SHOWN),
  );
  const [models = [], binaries = []] = await Promise.all(
    shown.map((of) =>
      Promise.all(of.map(async (file) => ({ ...file, sha256: await readableSha256(folder, file) }))),
    ),
  );
  const isReadable = <T extends { readonly sha256: string | undefined }>(
    file: T,
  ): file is T & { sha256: string } => file.sha256 !== undefined;
  const unreadable = [...models, ...binaries].filter((file) => !isReadable(file));
  return {
    models: await Promise.all(
      models
        .filter(isReadable)
        .map(async (file) => ({ ...file, meta: await readMeta(join(folder, file.name)) })),
    ),
    binaries: binaries.filter(isReadable),
    skipped: [
      ...skipped,
      ...plain.filter(isTooLarge).map(({ name }) => ({ name, why: 'too_large' as const })),
      ...unreadable.map(({ name }) => ({ name, why: 'not_readable' as const })),
    ],
  };
}

/** undefined: the bot may not read it, or it has gone since it was listed. */
const readableSha256 = (folder: string, { name }: { readonly name: string }): Promise<string | undefined> =>
  sha256OfFile(join(folder, name)).catch(() => undefined);

/** Hosts put such names behind others of their own. */
const MAX_NAME = 150;
/** Slack's types allow an option no longer value, and one option that Slack refuses is a form that nobody sees. */
const MAX_OFFERED_NAME = 75;
/** A plain name: no folder, nothing hidden, nothing that a program could take for an option. */
const ARTEFACT_NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;

const isArtefactName = (name: string): boolean => name.length <= MAX_NAME && ARTEFACT_NAME.test(name);

export interface StagedArtefact {
  readonly kind: 'artefact';
  readonly plan: ArtefactPlan;
  /** On the bot's machine, after every symbolic link. */
  readonly path: string;
}

/** Looks at one artefact by its name and works out its SHA-256 from the bytes as they are now. */
export async function readStagedArtefact(folder: string, name: string): Promise<StagedArtefact | Refused> {
  if (!isArtefactName(name)) return refused('bad_artefact_name', { name, most: String(MAX_NAME) });
  const path = await realPathOf(join(folder, name));
  if (path === undefined) return refused('artefact_missing', { name, folder });
  if (dirname(path) !== (await realpath(folder))) return refused('artefact_not_a_file', { name });
  const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }));
  if (!isFile) return refused('artefact_not_a_file', { name });
  if (size === 0) return refused('artefact_empty', { name });
  const most = mostBytes(name);
  if (size > most) return refused('artefact_too_large', { name, most: `${most / GIB} GiB` });
  try {
    const meta = name.endsWith(MODEL_SUFFIX) ? await metaSha256Of(path) : {};
    return { kind: 'artefact', plan: { name, sha256: await sha256OfFile(path), size, ...meta }, path };
  } catch {
    return refused('artefact_not_readable', { name });
  }
}

/** What the training wrote beside a model goes with it, so it is bound too. */
async function metaSha256Of(modelPath: string): Promise<{ metaSha256?: string }> {
  const path = await realPathOf(metaPathOf(modelPath));
  if (path === undefined || dirname(path) !== dirname(modelPath)) return {};
  if (!(await stat(path)).isFile()) return {};
  return { metaSha256: await sha256OfFile(path) };
}

/** The plain files, newest first, and what is in the way of being one. Nothing is opened. */
async function lookInto(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter(
    (entry) => entry.isFile() && skippedOf(entry) === undefined && !entry.name.startsWith('.'),
  );
  const files = await Promise.all(
    names.map(async ({ name }) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found && { name, size: found.size, modifiedAt: found.mtime };
    }),
  );
  return {
    plain: files
      .filter((file) => file !== undefined)
      .sort((a, b) => b.modifiedAt.getTime() - a.modifiedAt.getTime()),
    skipped: entries.flatMap((entry) => skippedOf(entry) ?? []),
  };
}

/** Hidden files are somebody's work, and folders of other names are nobody's mistake. */
function skippedOf(entry: Dirent): SkippedFile | undefined {
  const { name } = entry;
  if (name.startsWith('.')) return undefined;
  if (!entry.isFile()) {
    const looksLikeOne = name.endsWith(MODEL_SUFFIX) || name.endsWith(META_SUFFIX);
    return looksLikeOne ? { name, why: 'not_a_file' } : undefined;
  }
  if (name.length > MAX_OFFERED_NAME) return { name, why: 'name_too_long' };
  return ARTEFACT_NAME.test(name) ? undefined : { name, why: 'odd_name' };
}

async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}

/** `NAME.meta.json` beside `NAME.onnx`. */
async function readMeta(modelPath: string): Promise<StagedModelMeta | undefined> {
  const path = metaPathOf(modelPath);
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_META_BYTES) return undefined;
    const { version, horizon, metrics } = metaSchema.parse(
      parsePythonJson((await readPlainFile(path)).toString('utf8')),
    );
    const numbers = Object.entries(metrics).filter((entry): entry is [string, number] => isFigure(entry[1]));
    return { version, horizon, metrics: Object.fromEntries(numbers) };
  } catch {
    return undefined;
  }
}

const isFigure = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
