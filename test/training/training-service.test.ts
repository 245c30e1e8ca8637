import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeBadModel } from '../../sandbox/host/model.js';
import type { Training } from '../../src/domain/training.js';
import type { TrainingRequest } from '../../src/training/start-training.js';
import { takePlace } from '../../src/training/trainer-place.js';
import { trainerHere } from '../../src/training/trainer-places.js';
import type { TrainingService } from '../../src/training/training-service.js';
import {
  createTrainingFixture,
  goodMeta,
  type TrainingFixture,
  trainingStoreOn,
  writingTrainer,
} from './fixture.js';

let fixture: TrainingFixture;
let service: TrainingService;
beforeEach(async () => {
  fixture = await createTrainingFixture();
  service = await fixture.service();
});
afterEach(() => fixture.remove());

const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;
const BOB = { id: 'U0BOB', name: 'bob', surface: 'slack' } as const;
const FIVE: TrainingRequest = { horizon: '5m', requestedBy: ALICE, locale: 'en' };

async function started(request: TrainingRequest = FIVE): Promise<Training> {
  const answer = await service.start(request);
  if (answer.kind !== 'started') throw new Error(`expected a start, got ${answer.kind}`);
  return answer.training;
}

async function trained(script: string, request = FIVE): Promise<Training> {
  await fixture.trainer(script);
  const { trainingId } = await started(request);
  return service.follow(trainingId, { onChange: () => {} });
}

/** Follows until the training is in a state, then lets go. */
async function followUntil(trainingId: string, isThere: (training: Training) => boolean): Promise<Training> {
  const stop = new AbortController();
  return service.follow(trainingId, {
    onChange: (training) => {
      if (isThere(training)) stop.abort();
    },
    signal: stop.signal,
  });
}

const SLOW = `console.log('epoch 1/10 loss=0.51'); setTimeout(() => {}, 60_000);`;

describe('a training that works', () => {
  test('ends as a model in the staging folder, judged beside the running one', async () => {
    const seen: string[] = [];
    await fixture.trainer(writingTrainer(goodMeta()));
    const { trainingId, modelName } = await started();
    const training = await service.follow(trainingId, { onChange: ({ state }) => seen.push(state) });
    expect(training).toMatchObject({ state: 'finished', failure: null, endedAt: expect.any(String) });
    expect(training.result).toMatchObject({
      stagedAs: `${modelName}.onnx`,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      check: { outcome: 'PASS', observed: [{ compared: true, metric_loss: 0, input_dim: 2 }] },
    });
    expect((await readdir(fixture.staging)).sort()).toEqual([`${modelName}.meta.json`, `${modelName}.onnx`]);
    expect([...new Set(seen)]).toEqual(['checking', 'running', 'judging', 'finished']);
  });

  test('shows its progress, and its log without secrets', async () => {
    await fixture.trainer(`console.log('password=' + process.env.TRAINER_PASSWORD); ${SLOW}`);
    const { trainingId } = await started();
    const running = await followUntil(trainingId, ({ progress }) => progress?.fraction !== undefined);
    expect(running.progress).toEqual({
      fraction: 0.1,
      figures: { loss: '0.51' },
      lastLine: 'epoch 1/10 loss=0.51',
    });
    const page = await service.log(running);
    expect(page).toMatchObject({ page: 0, pages: 1 });
    expect(page?.text).toContain('password=[redacted]');
    expect(page?.text).not.toContain('hunter2');
    await service.cancel(trainingId, ALICE);
    await service.follow(trainingId, { onChange: () => {} });
  });
});

describe('a training that does not start', () => {
  test('where the data is too thin, with the check that says so', async () => {
    await fixture.labels(10);
    const training = await trained(writingTrainer(goodMeta()));
    expect(training).toMatchObject({ state: 'refused', startedAt: null });
    expect(training.checks).toMatchObject([{ id: 'data.labels.count', outcome: 'FAIL' }]);
    expect(await readdir(fixture.trainingsFolder)).toEqual([]);
  });

  test('unless a person takes it upon themselves, which is recorded', async () => {
    await fixture.labels(10);
    const training = await trained(writingTrainer(goodMeta()), { ...FIVE, overrideReason: 'a try-out' });
    expect(training).toMatchObject({ state: 'finished', overrideReason: 'a try-out', requestedBy: ALICE });
    expect(training.checks).toMatchObject([{ outcome: 'FAIL' }]);
  });

  test('the other horizon’s labels do not count', async () => {
    expect((await trained(writingTrainer(goodMeta()))).checks).toMatchObject([{ outcome: 'PASS' }]);
    expect(await trained(writingTrainer(goodMeta()), { ...FIVE, horizon: '15m' })).toMatchObject({
      state: 'refused',
    });
  });

  test('while one of the same horizon goes on', async () => {
    await fixture.trainer(SLOW);
    const { trainingId } = await started();
    const both = await Promise.all([service.start({ ...FIVE, requestedBy: BOB }), service.start(FIVE)]);
    expect(both).toMatchObject([
      { kind: 'busy', training: { trainingId } },
      { kind: 'busy', training: { trainingId } },
    ]);
    await service.cancel(trainingId, ALICE);
    await service.follow(trainingId, { onChange: () => {} });
    expect(await service.start(FIVE)).toMatchObject({ kind: 'started' });
  });

  test.each([
    [{ horizon: '1h' }, { kind: 'unknown_horizon', asked: '1h', known: ['5m', '15m'] }],
    [{ lookbackHours: 501 }, { kind: 'lookback_out_of_range', most: 500 }],
    [{ lookbackHours: 0 }, { kind: 'lookback_out_of_range', most: 500 }],
  ])('with %j', async (words, answer) => {
    expect(await service.start({ ...FIVE, ...words })).toEqual(answer);
  });
});

describe('a trainer that goes wrong', () => {
  test.each([
    ['exits with an error', 'process.exit(3);', 'trainer_failed', { exit: 3 }],
    ['crashes', `process.kill(process.pid, 'SIGSEGV');`, 'trainer_failed', { exit: 'SIGSEGV' }],
    ['writes no model', writingTrainer(goodMeta(), null), 'no_model', {}],
    ['writes no meta.json', writingTrainer(null), 'no_meta', {}],
    ['writes a meta.json that is none', writingTrainer('{'), 'meta_unreadable', { because: 'meta_no_json' }],
    [
      'trains another horizon',
      writingTrainer(goodMeta({ horizon: '15m' })),
      'wrong_horizon',
      { said: '15m', wanted: '5m' },
    ],
    [
      'leaves a link for a model',
      `import { symlinkSync } from 'node:fs'; ${writingTrainer(goodMeta(), null)} symlinkSync('/etc/passwd', output);`,
      'output_not_a_file',
      { file: 'model.onnx' },
    ],
    [
      'leaves more than a model',
      `import { truncateSync } from 'node:fs'; ${writingTrainer(goodMeta())} truncateSync(output, 2 ** 29 + 1);`,
      'output_too_large',
      { file: 'model.onnx', most: 512 },
    ],
    [
      'leaves more than a meta.json',
      `import { truncateSync } from 'node:fs'; ${writingTrainer(goodMeta())} truncateSync(metaPath, 2 ** 20 + 1);`,
      'output_too_large',
      { file: 'model.meta.json', most: 1 },
    ],
  ])('%s', async (_name, script, code, facts) => {
    const training = await trained(script);
    expect(training).toMatchObject({ state: 'failed', failure: { code, facts }, result: null });
    expect(await readdir(fixture.staging)).toEqual([]);
  });

  test('hangs: ended at its time limit', async () => {
    service = await fixture.service({ timeLimitMinutes: 0.05 });
    const training = await trained(`process.on('SIGTERM', () => process.exit(0)); ${SLOW}`);
    expect(training).toMatchObject({
      state: 'failed',
      failure: { code: 'timed_out', facts: { minutes: 0.05 } },
    });
  });

  test('prints garbage: its model is judged all the same', async () => {
    const noise = `process.stdout.write(Buffer.from(Array.from({ length: 20000 }, (_, i) => (i * 7919) % 256)));`;
    const training = await trained(`${writingTrainer(goodMeta())} ${noise}`);
    expect(training.state).toBe('finished');
    const page = await service.log(training, 1);
    for (const character of ['\u0000', '\u001b']) expect(page?.text).not.toContain(character);
  });

  test.each([
    [
      'its meta.json does not describe',
      writingTrainer(goodMeta({ input_dim: 9 })),
      'model_input_dim_differs',
    ],
    [
      'says the same whatever it sees',
      writingTrainer(goodMeta(), encodeBadModel('constant', { weights: [1, 2], bias: 0 }).toString('base64')),
      'model_output_constant',
    ],
  ])('writes a model that %s: refused and not staged', async (_name, script, fault) => {
    const training = await trained(script);
    expect(training).toMatchObject({
      state: 'finished',
      result: { stagedAs: null, check: { outcome: 'FAIL', observed: [{ fault }] } },
    });
    expect(await readdir(fixture.staging)).toEqual([]);
  });

  test('writes a model that is worse than the running one: refused', async () => {
    await fixture.runningMeta(goodMeta({ metrics: { 'acc_at_0.5': 0.7, auc: 0.8 } }));
    const training = await trained(writingTrainer(goodMeta()));
    expect(training.result).toMatchObject({
      stagedAs: null,
      check: { outcome: 'FAIL', observed: [{ compared: true, worst_metric: 'auc', metric_loss: 0.19 }] },
    });
  });
});

describe('a cancel', () => {
  test('before the trainer starts', async () => {
    await fixture.trainer(SLOW);
    const { trainingId } = await started();
    expect(await service.cancel(trainingId, BOB)).toBe(true);
    expect(await service.cancel(trainingId, ALICE)).toBe(false);
    const training = await service.follow(trainingId, { onChange: () => {} });
    expect(training).toMatchObject({ state: 'cancelled', cancelRequested: BOB, startedAt: null });
    expect(existsSync(join(fixture.trainingsFolder, trainingId))).toBe(false);
  });

  test('before its runner shows itself: one that comes later starts nothing', async () => {
    await fixture.trainer(SLOW);
    const { trainingId } = await started();
    // As a bot leaves it that is killed between its note and the start.
    await trainingStoreOn(fixture.pool).update(trainingId, { state: 'running' });
    await service.cancel(trainingId, BOB);
    expect(await service.follow(trainingId, { onChange: () => {} })).toMatchObject({ state: 'cancelled' });
    expect(await lookAtTrainer(trainingId)).toEqual({ kind: 'given_up' });
  });

  test('while it runs: the trainer and what it started end', async () => {
    await fixture.trainer(`
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      const child = spawn('sleep', ['60']);
      writeFileSync('${fixture.folder}/child', String(child.pid));
      ${SLOW}`);
    const { trainingId } = await started();
    await followUntil(trainingId, ({ progress }) => progress?.fraction !== undefined);
    const child = Number(await readFile(join(fixture.folder, 'child'), 'utf8'));
    expect(isAlive(child)).toBe(true);
    await service.cancel(trainingId, ALICE);
    expect(await service.follow(trainingId, { onChange: () => {} })).toMatchObject({ state: 'cancelled' });
    await gone(child);
  });

  test('while it is judged: nothing is staged', async () => {
    await fixture.trainer(writingTrainer(goodMeta()));
    const { trainingId } = await started();
    await followUntil(trainingId, ({ state }) => state === 'judging');
    await service.cancel(trainingId, ALICE);
    expect(await service.follow(trainingId, { onChange: () => {} })).toMatchObject({ state: 'cancelled' });
    expect(await readdir(fixture.staging)).toEqual([]);
  });

  test('of one that has ended changes nothing', async () => {
    const { trainingId } = await trained(writingTrainer(goodMeta()));
    expect(await service.cancel(trainingId, BOB)).toBe(false);
    expect(await service.get(trainingId)).toMatchObject({ state: 'finished', cancelRequested: null });
  });
});

describe('a bot that is gone', () => {
  test('leaves the trainer running; the next one finds it and starts it no second time', async () => {
    await fixture.trainer(`
      import { appendFileSync } from 'node:fs';
      appendFileSync('${fixture.folder}/starts', 'x');
      ${writingTrainer(goodMeta())}
      await new Promise((go) => setTimeout(go, 1_000));`);
    const { trainingId } = await started();
    await followUntil(trainingId, ({ progress }) => progress !== null);
    const next = await fixture.service();
    expect((await next.live()).map((training) => training.trainingId)).toEqual([trainingId]);
    const training = await next.follow(trainingId, { onChange: () => {} });
    expect(training.state).toBe('finished');
    expect(await readFile(join(fixture.folder, 'starts'), 'utf8')).toBe('x');
  });

  test('before it started the trainer: the next one does, however late', async () => {
    await fixture.trainer(writingTrainer(goodMeta()));
    const { trainingId } = await started();
    const startedAt = '2026-01-01T00:00:00.000Z';
    await trainingStoreOn(fixture.pool).update(trainingId, { state: 'running', startedAt });
    expect(await service.follow(trainingId, { onChange: () => {} })).toMatchObject({ state: 'finished' });
  });

  test('and a runner that never shows itself: the training fails, and a late runner starts nothing', async () => {
    const { trainingId } = await started();
    const folder = join(fixture.trainingsFolder, trainingId);
    await trainingStoreOn(fixture.pool).update(trainingId, { state: 'running' });
    await takePlace(folder, { host: 'local' });
    await writeFile(join(folder, 'asked'), '');
    await utimes(join(folder, 'asked'), 0, 0);
    expect(await service.follow(trainingId, { onChange: () => {} })).toMatchObject({
      state: 'failed',
      failure: { code: 'not_started', facts: { code: 'timeout' } },
    });
    expect(await lookAtTrainer(trainingId)).toEqual({ kind: 'given_up' });
  });

  test('two bots that follow at once start one trainer', async () => {
    await fixture.trainer(`
      import { appendFileSync } from 'node:fs';
      appendFileSync('${fixture.folder}/starts', 'x');
      ${writingTrainer(goodMeta())}`);
    const { trainingId } = await started();
    const bots = [service, await fixture.service({ leaseMs: 0 }), await fixture.service({ leaseMs: 0 })];
    const ends = await Promise.all(bots.map((bot) => bot.follow(trainingId, { onChange: () => {} })));
    expect(ends.map(({ state }) => state)).toEqual(['finished', 'finished', 'finished']);
    expect(await readFile(join(fixture.folder, 'starts'), 'utf8')).toBe('x');
  });

  test('and its runner with it: the training is lost, and no orphan goes on', async () => {
    await fixture.trainer(SLOW);
    const { trainingId } = await started();
    await followUntil(trainingId, ({ progress }) => progress?.fraction !== undefined);
    const idOf = async (name: string) =>
      Number((await readFile(join(fixture.trainingsFolder, trainingId, name), 'utf8')).split(' ')[0]);
    const [runner, trainer] = [await idOf('process'), await idOf('trainer')];
    process.kill(runner, 'SIGKILL');
    const training = await service.follow(trainingId, { onChange: () => {} });
    expect(training).toMatchObject({ state: 'failed', failure: { code: 'lost' } });
    await gone(trainer);
  });

  test('another machine leaves it alone, and says that the log is not there', async () => {
    await fixture.trainer(SLOW);
    const training = await started();
    const elsewhere = await fixture.service({ machine: 'elsewhere' });
    const stop = AbortSignal.timeout(300);
    await elsewhere.follow(training.trainingId, { onChange: () => {}, signal: stop });
    expect(await elsewhere.get(training.trainingId)).toMatchObject({ state: 'checking' });
    expect(await elsewhere.log(training)).toBeUndefined();
  });
});

const lookAtTrainer = (trainingId: string) =>
  trainerHere(trainingId, join(fixture.trainingsFolder, trainingId), () => new Date()).look();

/** A zombie that has not been reaped no longer runs. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  for (let turn = 0; turn < 100 && isAlive(pid); turn += 1) await new Promise((go) => setTimeout(go, 50));
  expect(isAlive(pid)).toBe(false);
}
