import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runRelease } from '../../../src/release/engine/run-release.js';
import { createEngineSetting, NEVER, verbs } from './support/engine-setting.js';

const MODEL = 'lob_tcn_5m_v4.onnx';
const setting = createEngineSetting();

test('a bot on whose machine the model does not lie leaves the release to one that has it, and says so', async () => {
  const staged = join(setting.stagingFolder, MODEL);
  const elsewhere = join(setting.stagingFolder, '..', MODEL);
  const releaseId = await setting.start();
  await rename(staged, elsewhere);
  const engine = setting.engine();
  expect(await runRelease(engine, releaseId, NEVER)).toMatchObject({ kind: 'wait' });
  const waiting = await engine.journal.load(releaseId);
  expect(waiting).toMatchObject({ state: 'running', problem: null, endedAt: null });
  expect(waiting?.steps.flatMap(({ problem }) => problem ?? [])).toEqual([
    { code: 'staged_elsewhere', facts: { name: MODEL, folder: setting.stagingFolder } },
  ]);
  expect(await verbs(setting.canary)).toEqual([]);
  // As for the bot that has it.
  await rename(elsewhere, staged);
  const release = await setting.carryOut(setting.engine(), releaseId);
  expect(release).toMatchObject({ state: 'confirmed', problem: null });
  expect(release.steps.flatMap(({ problem }) => problem ?? [])).toEqual([]);
});

test('while it waits for such a bot it can be cancelled', async () => {
  const releaseId = await setting.start();
  await rename(join(setting.stagingFolder, MODEL), join(setting.stagingFolder, '..', MODEL));
  const engine = setting.engine();
  expect(await runRelease(engine, releaseId, NEVER)).toMatchObject({ kind: 'wait' });
  const by = { id: 'U0CAROL', name: 'carol', surface: 'slack' };
  await setting.database.pool.query('UPDATE lobml.releases SET cancel_requested = $1', [
    JSON.stringify({ by, reason: 'gone', at: new Date().toISOString() }),
  ]);
  expect(await setting.carryOut(engine, releaseId)).toMatchObject({ state: 'cancelled' });
});
