import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { metaPathOf, type ReleasePlan } from '../domain/release-plan.js';
import { streamPlainFile } from '../machine/plain-file.js';
import { MAX_META_BYTES } from '../model/model-meta.js';
import type { Target } from '../runbook/targets.js';
import { keepDocument } from '../store/kept-documents.js';
import type { ReleaseContext } from './release-context.js';

/**
 * Keeps what describes a plan's model, as it was approved. What cannot be read, or has another hash by now, is not kept:
 * the release notices that by itself.
 */
export async function keepModelMeta(
  { database }: Pick<ReleaseContext, 'database'>,
  { staging }: Pick<Target, 'staging'>,
  { model }: Pick<ReleasePlan, 'model'>,
): Promise<void> {
  if (model?.metaSha256 === undefined || staging === undefined) return;
  const path = await realpath(join(staging, model.name)).then(metaPathOf, () => undefined);
  const text = path === undefined ? undefined : await readText(path).catch(() => undefined);
  if (text === undefined) return;
  const files = [{ name: basename(metaPathOf(model.name)), text }];
  await keepDocument(database, { kind: 'model_meta', sha256: model.metaSha256, files });
}

async function readText(path: string): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of await streamPlainFile(path, MAX_META_BYTES)) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
