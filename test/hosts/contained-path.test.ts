import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isInside, resolveInside } from '../../src/hosts/contained-path.js';
import type { Host } from '../../src/hosts/host.js';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';
import { createLocalHost } from '../../src/hosts/local/local-host.js';
import { createCommandManager } from '../../src/hosts/managers/command-manager.js';

let root: string;
let models: string;
let host: Host;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'lobml-inside-')));
  models = join(root, 'models');
  await mkdir(models);
  await writeFile(join(models, 'a.onnx'), '');
  await writeFile(join(root, 'secret'), '');
  const commands = { status: ['true'], restart: ['true'], stop: ['true'], logs: ['true'] };
  const service = createCommandManager(commands, {
    runner: createLocalCommandRunner({ host: 'here' }),
    processes: undefined,
  });
  host = createLocalHost({ name: 'here', service, folders: [root] });
});
afterEach(() => rm(root, { recursive: true }));

test('inside is the folder itself and what is below, not what begins alike', () => {
  expect(isInside('/opt/models', '/opt/models')).toBe(true);
  expect(isInside('/opt/models', '/opt/models/..a')).toBe(true);
  expect(isInside('/', '/opt')).toBe(true);
  expect(isInside('/opt/models', '/opt/models-old/a')).toBe(false);
  expect(isInside('/opt/models', '/opt/models/../secret')).toBe(false);
});

test('the real path, also through a link to the folder, and of a file that is still to come', async () => {
  await symlink(models, join(root, 'link'));
  expect(await resolveInside(host, join(root, 'link'), 'a.onnx')).toBe(join(models, 'a.onnx'));
  expect(await resolveInside(host, models, join(root, 'link', 'a.onnx'))).toBe(join(models, 'a.onnx'));
  expect(await resolveInside(host, join(root, 'link'), 'new.onnx')).toBe(join(models, 'new.onnx'));
});

test('what leads outside is refused', async () => {
  await symlink('../secret', join(models, 'b.onnx'));
  for (const path of ['../secret', 'b.onnx', join(root, 'secret'), '../new']) {
    await expect(resolveInside(host, models, path)).rejects.toMatchObject({ code: 'outside_folder' });
  }
  await expect(resolveInside(host, models, 'no/folder/a')).rejects.toMatchObject({ code: 'not_found' });
  await expect(resolveInside(host, join(root, 'absent'), 'a')).rejects.toMatchObject({ code: 'not_found' });
});
