import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Training } from '../../src/domain/training.js';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import { HostError } from '../../src/hosts/host.js';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';
import { type Clock, systemClock } from '../../src/time/clock.js';
import type { TrainingService } from '../../src/training/training-service.js';
import { createTrainingFixture, goodMeta, type TrainingFixture, workOf, writingTrainer } from './fixture.js';

/** Trainings on another host, whose scripts run here: the services project has them behind a real ssh. */
let fixture: TrainingFixture;
let isAway: boolean;
let aheadMs: number;
beforeEach(async () => {
  fixture = await createTrainingFixture();
  isAway = false;
  aheadMs = 0;
});
afterEach(() => fixture.remove());

const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;
const here = createLocalCommandRunner({ host: 'farm-1' });
const over: CommandRunner = {
  host: 'farm-1',
  run: async (command, options) => {
    if (isAway)
      throw new HostError('unreachable', { code: 'host_unreached', facts: { host: 'farm-1', words: '' } });
    return here.run(command, options);
  },
};
const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };

async function started(service: TrainingService): Promise<string> {
  const answer = await service.start({ horizon: '5m', requestedBy: ALICE, locale: 'en' });
  if (answer.kind !== 'started') throw new Error(`expected a start, got ${answer.kind}`);
  return answer.training.trainingId;
}

/** Follows for some steps, or until it is so. */
async function followUntil(
  service: TrainingService,
  trainingId: string,
  isThere: (now: Training) => boolean,
) {
  const stop = new AbortController();
  const onChange = (training: Training) => {
    if (isThere(training)) stop.abort();
  };
  return service.follow(trainingId, { onChange, signal: stop.signal });
}
const toItsEnd = (service: TrainingService, trainingId: string) =>
  service.follow(trainingId, { onChange: () => {} });

const COUNTED = (folder: string, script: string) => `
  import { appendFileSync, existsSync } from 'node:fs';
  appendFileSync('${folder}/starts', 'x');
  ${script}`;
const starts = () => readFile(join(fixture.folder, 'starts'), 'utf8');
const SLOW = `console.log('epoch 1/10 loss=0.51'); setTimeout(() => {}, 60_000);`;

test('a host that is away is waited for; what the trainer did meanwhile is found, and it runs once', async () => {
  const go = join(fixture.folder, 'go');
  const wait = `console.log('epoch 1/2 loss=0.9');
    while (!existsSync('${go}')) await new Promise((next) => setTimeout(next, 20));`;
  await fixture.trainer(COUNTED(fixture.folder, `${wait} ${writingTrainer(goodMeta())}`));
  const service = await fixture.service({ over, clock });
  const trainingId = await started(service);
  await followUntil(service, trainingId, ({ progress }) => progress?.fraction === 0.5);
  isAway = true;
  const stop = AbortSignal.timeout(300);
  expect(await service.follow(trainingId, { onChange: () => {}, signal: stop })).toMatchObject({
    state: 'running',
    failure: null,
    progress: { fraction: 0.5, away: 'farm-1' },
  });
  await here.run(['touch', go]);
  isAway = false;
  expect(await toItsEnd(await fixture.service({ over, clock }), trainingId)).toMatchObject({
    state: 'finished',
    result: { check: { outcome: 'PASS' } },
  });
  expect(await starts()).toBe('x');
  isAway = true;
  const page = await service.log(await toItsEnd(service, trainingId));
  expect(page?.text).toContain('epoch 2/2');
  expect(page?.text).not.toContain('hunter2');
});

test('one that stays away until its trainer has ended by its limit: the training fails, and says why', async () => {
  await fixture.trainer(COUNTED(fixture.folder, SLOW));
  const service = await fixture.service({ over, clock });
  const trainingId = await started(service);
  await followUntil(service, trainingId, ({ progress }) => progress !== null);
  isAway = true;
  aheadMs = 119_000;
  const stop = AbortSignal.timeout(200);
  expect(await service.follow(trainingId, { onChange: () => {}, signal: stop })).toMatchObject({
    state: 'running',
  });
  aheadMs = 10 * 60_000;
  expect(await toItsEnd(service, trainingId)).toMatchObject({
    state: 'failed',
    failure: { code: 'host_away', facts: { host: 'farm-1', minutes: expect.any(Number) } },
  });
  isAway = false;
  expect(await starts()).toBe('x');
  await endTrainers();
});

test('a cancel reaches a host that comes back, and needs none where nothing was sent', async () => {
  isAway = true;
  await fixture.trainer(COUNTED(fixture.folder, SLOW));
  const service = await fixture.service({ over });
  const unsent = await started(service);
  await service.cancel(unsent, ALICE);
  expect(await toItsEnd(service, unsent)).toMatchObject({ state: 'cancelled' });

  isAway = false;
  const trainingId = await started(service);
  await followUntil(service, trainingId, ({ progress }) => progress?.fraction === 0.1);
  isAway = true;
  await service.cancel(trainingId, ALICE);
  const stop = AbortSignal.timeout(200);
  expect(await service.follow(trainingId, { onChange: () => {}, signal: stop })).toMatchObject({
    state: 'running',
  });
  isAway = false;
  expect(await toItsEnd(service, trainingId)).toMatchObject({ state: 'cancelled' });
  expect(await starts()).toBe('x');
});

test('a bot that stops waits for no host: what it asks is given up, and the next one goes on', async () => {
  await fixture.trainer(COUNTED(fixture.folder, SLOW));
  const asked = new AbortController();
  const hanging: CommandRunner = {
    host: 'farm-1',
    run: (_command, { signal } = {}) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () =>
          reject(new HostError('cancelled', { code: 'host_silent', facts: { host: 'farm-1' } })),
        );
        asked.abort();
      }),
  };
  const stopping = await fixture.service({ over: hanging });
  const trainingId = await started(stopping);
  const stopped = stopping.follow(trainingId, { onChange: () => {}, signal: asked.signal });
  expect(await stopped).toMatchObject({ state: 'running', progress: null, failure: null });
  const service = await fixture.service({ over });
  await followUntil(service, trainingId, ({ progress }) => progress?.fraction === 0.1);
  await service.cancel(trainingId, ALICE);
  expect(await toItsEnd(service, trainingId)).toMatchObject({ state: 'cancelled' });
  expect(await starts()).toBe('x');
});

test('a training stays on its host when the runbook comes to name another place', async () => {
  await fixture.trainer(COUNTED(fixture.folder, SLOW));
  const service = await fixture.service({ over });
  const trainingId = await started(service);
  await followUntil(service, trainingId, ({ progress }) => progress?.fraction === 0.1);
  // Its runbook says `local`, and it can reach no host.
  const local = await fixture.service();
  const stop = AbortSignal.timeout(200);
  await expect(local.follow(trainingId, { onChange: () => {}, signal: stop })).rejects.toThrow(
    'no host here',
  );
  expect(existsSync(join(fixture.trainingsFolder, trainingId, 'job.json'))).toBe(false);
  await service.cancel(trainingId, ALICE);
  expect(await toItsEnd(service, trainingId)).toMatchObject({ state: 'cancelled' });
  expect(await starts()).toBe('x');
});

async function endTrainers(): Promise<void> {
  const script =
    'for file in "$1"/.lobml-trainings/*/process; do read -r pid rest < "$file"; kill "$pid"; done';
  await here.run(['sh', '-c', script, 'sh', workOf(fixture.folder)]);
}
