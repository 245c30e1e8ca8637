import { createHash } from 'node:crypto';
import { appendFile, readFile, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openPrefilledForm } from '../../commands/deploy-form.js';
import type { DeployServices } from '../../commands/deploy-services.js';
import type { Click } from '../../src/conversation/subcommand.js';
import type { Modal } from '../../src/domain/report.js';
import { createReleaseAnswers } from '../../src/release/engine/release-answers.js';
import { createReleaseWorld, type ReleaseWorld } from '../release/support/release-world.js';

let world: ReleaseWorld;
let sha256: string;
beforeEach(async () => {
  world = await createReleaseWorld();
  const bytes = await readFile(world.path('staging', 'next.onnx'));
  sha256 = createHash('sha256').update(bytes).digest('hex');
});
afterEach(() => world.end());

/** What *Request deploy* opens for alice. */
async function open(value: object): Promise<Modal> {
  const { sources, targets, access, now } = world.context;
  const all = { targets: targets.targets, defaultTarget: 'live' } as DeployServices['targets'];
  const answers = createReleaseAnswers(world.context);
  const services = { runbook: sources.runbook, targets: all, releases: world.service, answers, access, now };
  let shown: Modal | undefined;
  const click: Pick<Click, 'person' | 'locale' | 'value' | 'openModal'> = {
    person: { id: 'U0ALICE', name: 'alice', surface: 'slack' },
    locale: 'en',
    value: JSON.stringify({ target: 'live', version: 'of-its-training', ...value }),
    openModal: async (_loading, build) => {
      shown = await build();
    },
  };
  await openPrefilledForm(click as Click, services);
  if (shown === undefined) throw new Error('nothing was opened');
  return shown;
}

test('the form begins with exactly the model that was judged', async () => {
  const form = await open({ model: 'next.onnx', sha256 });
  expect(form.submit).toBeDefined();
  expect(JSON.stringify(form.blocks)).toContain(
    '"initial_option":{"text":{"type":"plain_text","text":"next.onnx',
  );
});

test('a model that was replaced, or removed, is said instead of another one offered', async () => {
  await appendFile(world.path('staging', 'next.onnx'), 'x');
  const replaced = await open({ model: 'next.onnx', sha256 });
  await rm(world.path('staging', 'next.onnx'));
  const removed = await open({ model: 'next.onnx', sha256 });
  for (const modal of [replaced, removed]) {
    expect(modal.submit).toBeUndefined();
    expect(JSON.stringify(modal.blocks)).toContain('is not among the newest staged models any more');
  }
});
