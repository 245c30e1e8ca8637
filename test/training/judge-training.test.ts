import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sha256Of } from '../../src/machine/sha256.js';
import { META_FILE, MODEL_FILE, stageModel, whyNotWritable } from '../../src/training/judge-training.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'judge-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('only what was judged is staged', async () => {
  const staging = join(folder, 'staging');
  await writeFile(join(folder, MODEL_FILE), 'model');
  await writeFile(join(folder, META_FILE), 'meta');
  const judged = { sha256: sha256Of(Buffer.from('model')), metaSha256: sha256Of(Buffer.from('meta')) };
  const other = { ...judged, sha256: sha256Of(Buffer.from('another model')) };
  await expect(stageModel(folder, staging, 'm', other)).rejects.toMatchObject({ code: 'changed' });
  expect(await readdir(staging)).toEqual(['m.meta.json']);
  await stageModel(folder, staging, 'm', judged);
  expect((await readdir(staging)).sort()).toEqual(['m.meta.json', 'm.onnx']);
});

test('whether a folder takes a file is tried, and leaves nothing behind', async () => {
  const staging = join(folder, 'staging');
  expect(await whyNotWritable(staging)).toBe('ENOENT');
  await mkdir(staging);
  expect(await whyNotWritable(staging)).toBeUndefined();
  expect(await readdir(staging)).toEqual([]);
  await writeFile(join(folder, 'file'), '');
  expect(await whyNotWritable(join(folder, 'file'))).toBe('ENOTDIR');
});
