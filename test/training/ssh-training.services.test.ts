import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Training } from '../../src/domain/training.js';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import { connectToHost } from '../../src/hosts/kinds/create-host.js';
import { READ_SCRIPT } from '../../src/training/trainer-scripts.js';
import type { TrainingService } from '../../src/training/training-service.js';
import { type Sshd, startSshd } from '../support/sshd.js';
import { createTrainingFixture, goodMeta, type TrainingFixture, workOf, writingTrainer } from './fixture.js';

/** Whole trainings over a real ssh, with a trainer that is a process of its own there. */
let sshd: Sshd;
let fixture: TrainingFixture;
let over: CommandRunner;
beforeAll(async () => {
  // What a login of the host has besides is not the trainer's.
  sshd = await startSshd({ environment: { OF_THE_LOGIN: 'x' } });
});
afterAll(() => sshd.stop());
beforeEach(async () => {
  fixture = await createTrainingFixture();
  over = connect();
});
afterEach(() => fixture.remove());

const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;

/** As a targets file has the host. */
function connect({ configFile, controlFolder } = sshd): CommandRunner {
  return connectToHost(
    {
      name: 'farm-1',
      connection: { kind: 'ssh', address: sshd.address, configFile },
    },
    { ssh: { controlFolder, serviceControlFolder: controlFolder, environment: {} } },
  );
}

async function started(service: TrainingService): Promise<string> {
  const answer = await service.start({ horizon: '5m', requestedBy: ALICE, locale: 'en' });
  if (answer.kind !== 'started') throw new Error(`expected a start, got ${answer.kind}`);
  return answer.training.trainingId;
}

const toItsEnd = (service: TrainingService, trainingId: string) =>
  service.follow(trainingId, { onChange: () => {} });

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

const counted = (script: string) => `
  import { appendFileSync, existsSync } from 'node:fs';
  appendFileSync('${fixture.folder}/starts', 'x');
  ${script}`;
const starts = () => readFile(join(fixture.folder, 'starts'), 'utf8');
const SLOW = `console.log('epoch 1/10 loss=0.51'); setTimeout(() => {}, 120_000);`;

test('from the request to the staged model, with another bot on the way', async () => {
  const go = join(fixture.folder, 'go');
  await fixture.trainer(
    counted(`
      console.log('epoch 1/10 loss=0.9 ' + (process.env.OF_THE_LOGIN ?? 'nothing else'));
      while (!existsSync('${go}')) await new Promise((next) => setTimeout(next, 20));
      ${writingTrainer(goodMeta())}`),
  );
  const trainingId = await started(await fixture.service({ over }));
  const running = await followUntil(
    await fixture.service({ over }),
    trainingId,
    ({ progress }) => progress?.fraction === 0.1,
  );
  expect(running).toMatchObject({
    state: 'running',
    progress: { lastLine: 'epoch 1/10 loss=0.9 nothing else' },
  });
  // A bot that begins anew, on a connection of its own.
  const next = await fixture.service({ over: connect() });
  expect((await next.log(running))?.text).toContain('epoch 1/10');
  await writeFile(go, '');
  const training = await toItsEnd(next, trainingId);
  expect(training).toMatchObject({
    state: 'finished',
    result: { stagedAs: `${training.modelName}.onnx`, check: { outcome: 'PASS' } },
  });
  expect(await starts()).toBe('x');
  expect((await readdir(fixture.staging)).sort()).toEqual([
    `${training.modelName}.meta.json`,
    `${training.modelName}.onnx`,
  ]);
  const log = await next.log(training);
  expect(log?.text).toContain('training 5m with secret [redacted]');
  const there = join(workOf(fixture.folder), '.lobml-trainings', trainingId);
  expect(await readFile(join(there, 'trainer.log'), 'utf8')).not.toContain('hunter2');
  expect((await stat(there)).mode & 0o777).toBe(0o700);
});

test('a trainer that fails, and one that reaches its time limit', async () => {
  await fixture.trainer(`console.error('no rows'); process.exit(3);`);
  const service = await fixture.service({ over, timeLimitMinutes: 0.05 });
  const failed = await toItsEnd(service, await started(service));
  expect(failed).toMatchObject({ state: 'failed', failure: { code: 'trainer_failed', facts: { exit: 3 } } });
  expect((await service.log(failed))?.text).toBe('no rows\n');
  await fixture.trainer(SLOW);
  expect(await toItsEnd(service, await started(service))).toMatchObject({
    state: 'failed',
    failure: { code: 'timed_out', facts: { minutes: 0.05 } },
  });
});

test('a model that changes while it is copied is refused', async () => {
  await fixture.trainer(writingTrainer(goodMeta()));
  const changing: CommandRunner = {
    host: 'farm-1',
    run: async (command, options) => {
      // After the program: the folder of all trainings, this one's id, and the file.
      const [, , script, , base, trainingId, file] = command;
      if (script === READ_SCRIPT && file === 'model.onnx') {
        const path = `${base}/${trainingId}/${file}`;
        expect(await over.run(['sh', '-c', 'echo x > "$0"', path])).toMatchObject({ exitCode: 0 });
      }
      return over.run(command, options);
    },
  };
  const service = await fixture.service({ over: changing });
  expect(await toItsEnd(service, await started(service))).toMatchObject({
    state: 'failed',
    failure: { code: 'not_fetched', facts: { file: 'model.onnx', code: 'changed' } },
    result: null,
  });
  expect(await readdir(fixture.staging)).toEqual([]);
});

test('a cancel ends it there, after a connection that was cut', async () => {
  await fixture.trainer(counted(SLOW));
  const service = await fixture.service({ over });
  const trainingId = await started(service);
  await followUntil(service, trainingId, ({ progress }) => progress?.fraction === 0.1);
  // The host takes no connection meanwhile, and has cut the one that was shared.
  await sshd.force('false');
  await sshd.disconnect();
  const stop = AbortSignal.timeout(500);
  expect(await service.follow(trainingId, { onChange: () => {}, signal: stop })).toMatchObject({
    state: 'running',
    failure: null,
  });
  await sshd.force(undefined);
  await sshd.disconnect();
  await service.cancel(trainingId, ALICE);
  expect(await toItsEnd(service, trainingId)).toMatchObject({ state: 'cancelled' });
  expect(await starts()).toBe('x');
});

test('a host that is away when it is asked to start is asked again, and one with a forced command is refused', async () => {
  await fixture.trainer(counted(writingTrainer(goodMeta())));
  const configFile = join(fixture.folder, 'ssh_config');
  await writeFile(configFile, 'Host trading-host\n  HostName 127.0.0.1\n  Port 1\n');
  const nowhere = connect({ ...sshd, configFile });
  let isAway = true;
  const service = await fixture.service({
    over: {
      host: 'farm-1',
      run: (command, options) => (isAway ? nowhere : over).run(command, options),
    },
  });
  const trainingId = await started(service);
  const stop = AbortSignal.timeout(500);
  expect(await service.follow(trainingId, { onChange: () => {}, signal: stop })).toMatchObject({
    failure: null,
  });
  isAway = false;
  expect(await toItsEnd(service, trainingId)).toMatchObject({ state: 'finished' });
  expect(await starts()).toBe('x');

  await sshd.force('echo refused: only status >&2; exit 126');
  await sshd.disconnect();
  expect(await toItsEnd(service, await started(service))).toMatchObject({
    state: 'failed',
    failure: { code: 'host_unfit', facts: { host: 'farm-1', said: 'refused: only status' } },
  });
  await sshd.force(undefined);
  await sshd.disconnect();
});
