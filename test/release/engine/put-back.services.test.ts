import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { editByHand, writtenValue } from '../../../sandbox/host/hand-edit.js';
import type { ReleasePlan, VariableChange } from '../../../src/domain/release-plan.js';
import type { ReleaseRecord } from '../../../src/domain/release-record.js';
import { HostError } from '../../../src/hosts/host.js';
import { createReleaseAnswers } from '../../../src/release/engine/release-answers.js';
import { runRelease } from '../../../src/release/engine/run-release.js';
import { keptPathOf } from '../../../src/release/engine/steps/kept-artefact.js';
import { releaseQueue } from '../../../src/release/release-jobs.js';
import { createTransact } from '../../../src/store/transaction.js';
import { createEngineSetting, NEVER, replacing, verbs } from './support/engine-setting.js';
import { NEW_VERSION, PREFIX, sha256Of } from './support/release-plan.js';
import type { TestEngineOptions } from './support/test-engine.js';

const setting = createEngineSetting();
const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
const [WRITTEN, RESTARTED, CANARY_PROVED] = [5, 6, 7];

/** Does something just after the step at that position was recorded. */
const afterStep = (position: number, act: () => Promise<void> | void): Partial<TestEngineOptions> => ({
  wrapJournal: (journal) => ({
    ...journal,
    async end(held, at, end, turn) {
      await journal.end(held, at, end, turn);
      if (at === position) await act();
    },
  }),
});

/** A plan under which the host at that index does not come up. */
async function failingPlan(index: number, more: readonly VariableChange[] = []): Promise<ReleasePlan> {
  const plan = await setting.plan();
  const type = { variable: `${PREFIX}MODEL_TYPE`, before: 'onnx', after: 'lightgbm' };
  const hosts = plan.hosts.map((host, at) =>
    at === index ? { ...host, changes: [...host.changes, type, ...more] } : host,
  );
  return { ...plan, hosts };
}

const revertOf = ({ steps }: ReleaseRecord, host: string) =>
  steps.find((step) => step.kind === 'revert' && step.host === host);

test('a service that was stopped before the release is stopped after it was put back, and that is said', async () => {
  await setting.service(setting.canary).stop();
  const release = await setting.carryOut(setting.engine(), await setting.start(await failingPlan(0)));
  expect(release).toMatchObject({ state: 'reverted', problem: { code: 'failed_fast' } });
  expect(revertOf(release, 'live-1')?.after).toMatchObject({ restarted: false, leftStopped: true });
  expect(await setting.service(setting.canary).status()).toMatchObject({ mainPid: 0 });
  expect((await verbs(setting.canary)).at(-1)).toBe('stop');
});

describe('where the file was changed since', () => {
  const edit = () => void editByHand(setting.canary.environmentFiles[1], 'EV_EXIT_BUFFER', '0.006');

  test('the flag that the release had turned on goes back to off', async () => {
    for (const host of [setting.canary, setting.second]) {
      editByHand(host.environmentFiles[1], 'ENABLED', 'false');
      await setting.service(host).restart();
    }
    const on = { variable: `${PREFIX}ENABLED`, before: 'false', after: 'true' };
    const engine = setting.engine(afterStep(RESTARTED, edit));
    const release = await setting.carryOut(engine, await setting.start(await failingPlan(0, [on])));
    expect(release.state).toBe('reverted');
    expect(revertOf(release, 'live-1')?.after).toMatchObject({ environment: 'lines', on: false });
    expect(writtenValue(setting.canary.environmentFiles[1], 'ENABLED')).toBe('false');
    expect(writtenValue(setting.canary.environmentFiles[1], 'EV_EXIT_BUFFER')).toBe('0.006');
    expect(await setting.running(setting.canary, 'ENABLED')).toBe('false');
  });

  test('a flag that was on is left as it is found', async () => {
    const off = { variable: `${PREFIX}ENABLED`, before: 'true', after: 'false' };
    const engine = setting.engine(afterStep(RESTARTED, edit));
    await setting.carryOut(engine, await setting.start(await failingPlan(0, [off])));
    expect(writtenValue(setting.canary.environmentFiles[1], 'ENABLED')).toBe('false');
  });
});

describe('one host that cannot be put back', () => {
  test('keeps no other waiting: the others go back, it is asked again, and why is said', async () => {
    let isAway = false;
    const engine = setting.engine({
      wrapHost: (host) =>
        host.name !== 'live-1'
          ? host
          : replacing(host, {
              async readFile(path, options) {
                if (isAway)
                  throw new HostError('unreachable', { code: 'host_silent', facts: { host: 'live-1' } });
                return host.readFile(path, options);
              },
            }),
      ...afterStep(13, () => {
        isAway = true;
      }),
    });
    const releaseId = await setting.start(await failingPlan(1));
    let result = await runRelease(engine, releaseId, NEVER);
    while (result.kind === 'wait' && !isAway) {
      await setTimeout(50);
      result = await runRelease(engine, releaseId, NEVER);
    }
    expect(result).toMatchObject({ kind: 'wait' });
    const release = await engine.journal.load(releaseId);
    if (release === undefined) throw new Error('The release is gone.');
    expect(release.endedAt).toBeNull();
    expect(revertOf(release, 'live-2')?.state).toBe('done');
    expect(await readFile(setting.second.environmentFiles[1], 'utf8')).not.toContain(NEW_VERSION);
    expect(revertOf(release, 'live-1')).toMatchObject({
      state: 'running',
      problem: { code: 'host_error', facts: { fault: 'host_silent' } },
    });
    isAway = false;
    const ended = await setting.carryOut(engine, releaseId);
    expect(ended).toMatchObject({ state: 'reverted', endedAt: expect.any(String) });
    expect(revertOf(ended, 'live-1')).toMatchObject({ state: 'done', problem: null });
  });

  test('because its state of before does not start: the others go back, a person must look, and nobody cancels that', async () => {
    const engine = setting.engine({
      wrapHost: (host) =>
        host.name === 'live-2'
          ? host
          : replacing(host, {
              service: replacing(host.service, {
                async restart(options) {
                  await host.service.restart(options);
                  if (isPuttingBack) await host.service.stop(options);
                },
              }),
            }),
      ...afterStep(13, () => {
        isPuttingBack = true;
      }),
    });
    let isPuttingBack = false;
    const releaseId = await setting.start(await failingPlan(1));
    const release = await setting.carryOut(engine, releaseId);
    expect(revertOf(release, 'live-2')?.state).toBe('done');
    expect(revertOf(release, 'live-1')?.state).toBe('failed');
    expect(release).toMatchObject({
      state: 'needs_person',
      // Why it is put back stays said, whatever else fails.
      problem: { code: 'failed_fast', facts: { host: 'live-2' } },
    });
    expect(revertOf(release, 'live-1')?.problem).toMatchObject({
      code: 'failed_fast',
      facts: { host: 'live-1' },
    });
    const answers = createReleaseAnswers({
      database: setting.database.pool,
      transact: createTransact(async () => setting.database.pool),
      queue: releaseQueue,
      subjectChanged: async () => undefined,
      recordEvent: async () => undefined,
      now: () => new Date(),
    });
    expect(await answers.cancel(releaseId, CAROL, 'stop it')).toBe(false);
    expect(await engine.journal.load(releaseId)).toEqual(release);
  });
});

test('a restart that a dead replica had sent is waited for, and not sent again', async () => {
  let late: Promise<void> | undefined;
  const dying = setting.engine({
    wrapHost: (host) =>
      replacing(host, {
        service: replacing(host.service, {
          async restart(options) {
            if (!isPuttingBack) return host.service.restart(options);
            late = setTimeout(400).then(() => host.service.restart());
            throw new Error('this replica is dead');
          },
        }),
      }),
    ...afterStep(CANARY_PROVED, () => {
      isPuttingBack = true;
    }),
  });
  let isPuttingBack = false;
  const releaseId = await setting.start(await failingPlan(0));
  await expect(setting.carryOut(dying, releaseId)).rejects.toThrow('this replica is dead');
  const release = await setting.carryOut(setting.engine(), releaseId);
  expect(release).toMatchObject({ state: 'reverted' });
  expect(revertOf(release, 'live-1')?.after).toMatchObject({
    on: true,
    model: expect.stringMatching(/\.onnx$/),
  });
  await late;
  expect(await verbs(setting.canary)).toEqual(['restart', 'stop', 'restart']);
});

test('a host whose files cannot be read for a moment after its restart is not put back', async () => {
  let failures = 0;
  const engine = setting.engine({
    wrapHost: (host) =>
      replacing(host, {
        async readFile(path, options) {
          failures -= 1;
          if (failures >= 0)
            throw new HostError('unreachable', { code: 'host_silent', facts: { host: host.name } });
          return host.readFile(path, options);
        },
      }),
    ...afterStep(6, () => {
      failures = 3;
    }),
  });
  expect(await setting.carryOut(engine, await setting.start())).toMatchObject({ state: 'confirmed' });
  expect(failures).toBeLessThan(0);
});

describe('a file that takes no change', () => {
  test('fails the put-back with its reason, instead of being tried for ever', async () => {
    const spoil = async () => {
      const path = setting.canary.environmentFiles[1];
      await writeFile(path, `${await readFile(path, 'utf8')}\0`);
    };
    const engine = setting.engine({ verdicts: { checkpoint: 'NO_GO' }, ...afterStep(CANARY_PROVED, spoil) });
    const release = await setting.carryOut(engine, await setting.start());
    expect(release).toMatchObject({ state: 'needs_person', problem: { code: 'verdict_forbids' } });
    const facts = { fault: 'host_layer_refuses', edit: 'unreadable_file' };
    expect(revertOf(release, 'live-1')).toMatchObject({
      state: 'failed',
      problem: { code: 'host_error', facts },
    });
  });
});

describe('the artefacts', () => {
  const inModels = (name: string) => join(setting.canary.modelsFolder, name);

  /** A model of the same name is there already, with a description of its own. */
  async function planOverPresentModel(): Promise<ReleasePlan> {
    await writeFile(inModels('lob_tcn_5m_v4.onnx'), 'the model of before');
    await writeFile(inModels('lob_tcn_5m_v4.meta.json'), '{"before":true}');
    const plan = await failingPlan(0);
    if (plan.model === undefined) throw new Error('There is no model.');
    const metaSha256 = await sha256Of(join(setting.stagingFolder, 'lob_tcn_5m_v4.meta.json'));
    return { ...plan, model: { ...plan.model, metaSha256 } };
  }

  test('the model goes back together with what describes it', async () => {
    const plan = await planOverPresentModel();
    expect((await setting.carryOut(setting.engine(), await setting.start(plan))).state).toBe('reverted');
    expect(await readFile(inModels('lob_tcn_5m_v4.onnx'), 'utf8')).toBe('the model of before');
    expect(await readFile(inModels('lob_tcn_5m_v4.meta.json'), 'utf8')).toBe('{"before":true}');
  });

  test('a description that was not there is taken away', async () => {
    const plan = await planOverPresentModel();
    await rm(inModels('lob_tcn_5m_v4.meta.json'));
    expect((await setting.carryOut(setting.engine(), await setting.start(plan))).state).toBe('reverted');
    expect(await sha256Of(inModels('lob_tcn_5m_v4.meta.json'))).toBe('');
  });

  test('a kept copy that is not what its name says is made again', async () => {
    const plan = await planOverPresentModel();
    const kept = keptPathOf(inModels('lob_tcn_5m_v4.onnx'), await sha256Of(inModels('lob_tcn_5m_v4.onnx')));
    await writeFile(kept, 'cut');
    expect((await setting.carryOut(setting.engine(), await setting.start(plan))).state).toBe('reverted');
    expect(await readFile(inModels('lob_tcn_5m_v4.onnx'), 'utf8')).toBe('the model of before');
  });

  test('a kept copy that was spoilt since is not put back', async () => {
    const plan = await planOverPresentModel();
    const kept = keptPathOf(inModels('lob_tcn_5m_v4.onnx'), await sha256Of(inModels('lob_tcn_5m_v4.onnx')));
    const engine = setting.engine(afterStep(WRITTEN, () => writeFile(kept, 'cut')));
    const releaseId = await setting.start(plan);
    await runRelease(engine, releaseId, NEVER);
    const release = await engine.journal.load(releaseId);
    expect(release && revertOf(release, 'live-1')).toMatchObject({
      state: 'running',
      problem: {
        code: 'host_error',
        facts: { host: 'live-1', fault: 'host_kept_damaged' },
      },
    });
    expect(await sha256Of(inModels('lob_tcn_5m_v4.onnx'))).toBe(plan.model?.sha256);
  });
});

test('a host whose state cannot be looked at is put back and restarted all the same', async () => {
  let isPuttingBack = false;
  let blindLooks = 0;
  const engine = setting.engine({
    wrapHost: (host) =>
      replacing(host, {
        service: replacing(host.service, {
          async status(options) {
            if (isPuttingBack && blindLooks < 4) {
              blindLooks += 1;
              throw new HostError('command_failed', { code: 'host_silent', facts: { host: host.name } });
            }
            return host.service.status(options);
          },
        }),
      }),
    ...afterStep(CANARY_PROVED, () => {
      isPuttingBack = true;
    }),
  });
  const releaseId = await setting.start(await failingPlan(0));
  let result = await runRelease(engine, releaseId, NEVER);
  while (result.kind === 'wait' && !isPuttingBack) {
    await setTimeout(50);
    result = await runRelease(engine, releaseId, NEVER);
  }
  expect(await readFile(setting.canary.environmentFiles[1], 'utf8')).not.toContain(NEW_VERSION);
  expect(await setting.carryOut(engine, releaseId)).toMatchObject({ state: 'reverted' });
  expect(blindLooks).toBe(4);
  expect(await setting.running(setting.canary, 'MODEL_VERSION')).toBe('lob-tcn-5m-v3');
});
