import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { viewFaults } from '../../sandbox/slack/block-kit/surfaces.js';
import { LOCALES } from '../../src/domain/localized.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import type { TargetHost } from '../../src/hosts/kinds/target-host.js';
import { sha256Of, sha256OfFile } from '../../src/machine/sha256.js';
import { gateModel } from '../../src/model/gate-model.js';
import type { ModelGate } from '../../src/model/model-gate.js';
import { keepArtefact, putKeptBack } from '../../src/release/engine/steps/kept-artefact.js';
import { listStaging, readStagedArtefact } from '../../src/release/staging.js';
import { deployFormModal } from '../../views/deploy-form.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-staged-'));
  await writeFile(join(folder, 'good.onnx'), 'model');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const fifo = (name: string) => execFileSync('mkfifo', [join(folder, name)]);
const longName = (length: number) => `${'m'.repeat(length - 5)}.onnx`;

const hostSettings = () =>
  ({
    name: 'h',
    connection: { kind: 'local' },
    service: { manager: 'command', status: ['true'], restart: ['true'], stop: ['true'], logs: ['true'] },
    environmentFiles: [],
    writtenEnvironmentFile: '',
    models: folder,
  }) as unknown as TargetHost;

const formOf = async () => {
  const staged = await listStaging(folder);
  const nothing = { variables: new Map(), picked: new Map(), faults: new Map() };
  const form = { strategy: 's', target: 'live', staged, model: 'good.onnx', now: new Date(), ...nothing };
  return { staged, modals: LOCALES.map((locale) => deployFormModal(form, locale)) };
};

test('what is no regular file is named and skipped, and never waited for', async () => {
  fifo('pipe.onnx');
  fifo('good.meta.json');
  await mkdir(join(folder, 'folder.onnx'));
  await symlink('/dev/zero', join(folder, 'device.onnx'));
  const { staged, modals } = await formOf();
  expect(staged.models.map(({ name, meta }) => ({ name, meta }))).toEqual([
    { name: 'good.onnx', meta: undefined },
  ]);
  const names = ['device.onnx', 'folder.onnx', 'good.meta.json', 'pipe.onnx'];
  expect([...staged.skipped].sort((a, b) => a.name.localeCompare(b.name))).toEqual(
    names.map((name) => ({ name, why: 'not_a_file' })),
  );
  for (const modal of modals) for (const name of names) expect(JSON.stringify(modal)).toContain(name);

  const artefact = await readStagedArtefact(folder, 'good.onnx');
  expect(artefact).toMatchObject({ kind: 'artefact', plan: { name: 'good.onnx' } });
  expect(artefact).not.toHaveProperty('plan.metaSha256');
  for (const name of ['pipe.onnx', 'folder.onnx', 'device.onnx'])
    expect(await readStagedArtefact(folder, name)).toMatchObject({
      refusal: { code: 'artefact_not_a_file' },
    });
}, 10_000);

test('what the bot may not read is named and skipped, and asked for by name it is refused', async () => {
  const unreadable = ['secret.onnx', 'secret', 'other.meta.json'];
  for (const name of [...unreadable, 'other.onnx']) await writeFile(join(folder, name), 'x');
  for (const name of unreadable) await chmod(join(folder, name), 0);
  await chmod(folder, 0o755);
  const ask = async () => [await formOf(), await readStagedArtefact(folder, 'secret.onnx')] as const;
  const [{ staged, modals }, refusal] = await withoutRights(ask);
  expect(staged.models.map(({ name }) => name).sort()).toEqual(['good.onnx', 'other.onnx']);
  expect(staged.skipped).toEqual(['secret.onnx', 'secret'].map((name) => ({ name, why: 'not_readable' })));
  for (const modal of modals) expect(JSON.stringify(modal)).toContain('secret.onnx');
  expect(refusal).toMatchObject({ refusal: { code: 'artefact_not_readable' } });
  // What describes a model is bound as well.
  expect(await withoutRights(() => readStagedArtefact(folder, 'other.onnx'))).toMatchObject({
    refusal: { code: 'artefact_not_readable', facts: { name: 'other.onnx' } },
  });
});

test('what is too large to be deployed is named and skipped, and not read', async () => {
  for (const [name, gib] of [
    ['core', 4096],
    ['huge.onnx', 0.6],
  ] as const) {
    await writeFile(join(folder, name), '');
    await truncate(join(folder, name), Math.ceil(gib * 1024 ** 3));
  }
  const { staged, modals } = await formOf();
  expect(staged.skipped).toEqual(expect.arrayContaining([{ name: 'core', why: 'too_large' }]));
  expect(staged.skipped.map(({ name }) => name).sort()).toEqual(['core', 'huge.onnx']);
  for (const modal of modals) expect(JSON.stringify(modal)).toContain('huge.onnx');
  for (const [name, most] of [
    ['core', '1 GiB'],
    ['huge.onnx', '0.5 GiB'],
  ] as const)
    expect(await readStagedArtefact(folder, name)).toMatchObject({
      refusal: { code: 'artefact_too_large', facts: { name, most } },
    });
}, 10_000);

/** Root may read everything. */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

test('a staged file that has become a pipe since is neither hashed, judged nor installed, and not waited for', async () => {
  await writeFile(join(folder, 'good.meta.json'), '{}');
  const host = createHost(hostSettings());
  for (const name of ['good.onnx', 'good.meta.json']) {
    await rm(join(folder, name));
    fifo(name);
  }
  const path = join(folder, 'good.onnx');
  await expect(sha256OfFile(path)).rejects.toMatchObject({ code: 'ENXIO' });
  await expect(gateModel({} as ModelGate, { path })).rejects.toMatchObject({ code: 'ENXIO' });
  const installing = () => host.installFile(path, join(folder, 'new.onnx'), { sha256: sha256Of('model') });
  // More often than the process has threads for files.
  for (let turn = 0; turn < 6; turn += 1)
    await expect(installing()).rejects.toMatchObject({ code: 'not_a_file' });
}, 10_000);

test('the gate does not wait for what stands beside a model', async () => {
  fifo('good.meta.json');
  const judged: unknown[] = [];
  const gate = {
    judge: async ({ meta }: { meta: unknown }) => void judged.push(meta),
  } as unknown as ModelGate;
  await gateModel(gate, { path: join(folder, 'good.onnx') } as Parameters<typeof gateModel>[1]);
  expect(judged).toEqual([undefined]);
}, 10_000);

test.each([76, 151, 200, 255])(
  'a name of %d characters is named and skipped, and spoils no form',
  async (length) => {
    const name = longName(length);
    await writeFile(join(folder, name), 'x');
    const { staged, modals } = await formOf();
    expect(staged.models.map((model) => model.name)).toEqual(['good.onnx']);
    expect(staged.skipped).toEqual([{ name, why: 'name_too_long' }]);
    for (const modal of modals) {
      expect(viewFaults(slackView(modal), 'modal')).toEqual([]);
      expect(JSON.stringify(modal)).toContain('mmmmmmmm');
    }
    // A terminal, which has no form, takes what a host can keep.
    const named = await readStagedArtefact(folder, name);
    if (length <= 150) expect(named).toMatchObject({ kind: 'artefact' });
    else expect(named).toMatchObject({ refusal: { code: 'bad_artefact_name' } });
  },
);

test('the longest name that is offered fits Slack', async () => {
  await writeFile(join(folder, longName(75)), 'x');
  const { staged, modals } = await formOf();
  expect(staged.models).toHaveLength(2);
  for (const modal of modals) expect(viewFaults(slackView(modal), 'modal')).toEqual([]);
});

const slackView = ({
  title,
  submit,
  close,
  blocks,
  callbackId,
}: Awaited<ReturnType<typeof formOf>>['modals'][number]) => ({
  type: 'modal',
  callback_id: callbackId,
  title: { type: 'plain_text', text: title },
  submit: { type: 'plain_text', text: submit },
  close: { type: 'plain_text', text: close },
  blocks,
});

test.each([8, 150, 178, 200, 255])(
  'a file whose name has %d bytes is kept on its host and put back',
  async (length) => {
    const name = longName(length);
    const path = join(folder, name);
    await writeFile(path, 'running');
    const host = createHost(hostSettings());
    const { signal } = new AbortController();
    const sha256 = await host.sha256(path, { signal });
    const kept = await keepArtefact(host, { path, sha256 }, signal);
    await writeFile(path, 'new');
    await putKeptBack(host, { path, sha256 }, signal);
    expect(await host.sha256(path, { signal })).toBe(sha256);
    if (length <= 178) expect(kept).toBe(join(folder, `.lobml-kept-${sha256}-${name}`));
  },
);
