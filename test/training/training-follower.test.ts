import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Training } from '../../src/domain/training.js';
import { systemClock } from '../../src/time/clock.js';
import { followTrainings } from '../../src/training/training-follower.js';
import type { TrainingService } from '../../src/training/training-service.js';
import { createTrainingFixture, goodMeta, type TrainingFixture, writingTrainer } from './fixture.js';

let fixture: TrainingFixture;
let service: TrainingService;
beforeEach(async () => {
  fixture = await createTrainingFixture();
  service = await fixture.service();
  await fixture.trainer(writingTrainer(goodMeta()));
});
afterEach(() => fixture.remove());

const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;
const MESSAGE = { channel: 'C1', ts: '1.1' };

async function started(): Promise<string> {
  const answer = await service.start({ horizon: '5m', requestedBy: ALICE, locale: 'en' });
  if (answer.kind !== 'started') throw new Error(`expected a start, got ${answer.kind}`);
  return answer.training.trainingId;
}

/** A bot that follows until `isThere`; its Slack refuses whatever `refuses` says. */
async function bot(
  isThere: (shown: readonly Training[]) => boolean,
  refuses: (training: Training) => boolean,
) {
  const shown: Training[] = [];
  const errors: unknown[] = [];
  let done = () => {};
  const enough = new Promise<void>((resolve) => {
    done = resolve;
  });
  const follower = followTrainings({
    trainings: service,
    show: async (training) => {
      if (refuses(training)) throw new Error('Slack is away');
      shown.push(training);
      if (isThere(shown)) done();
    },
    onError: (error) => void errors.push(error),
    clock: systemClock,
    intervalMs: 20,
    firstRetryMs: 20,
  });
  await enough;
  await follower.stop();
  return { shown, errors };
}

const isFinished = (shown: readonly Training[]) => shown.at(-1)?.state === 'finished';

test('the end is shown also where Slack refuses it at first', async () => {
  await service.attach(await started(), MESSAGE);
  let refusals = 2;
  const { shown, errors } = await bot(isFinished, ({ endedAt }) => endedAt !== null && refusals-- > 0);
  expect(errors).toHaveLength(2);
  expect(shown.at(-1)).toMatchObject({ state: 'finished', message: MESSAGE });
  expect(await service.unshown()).toEqual([]);
});

test('what ended while no bot could show it is shown by the next one, once', async () => {
  const trainingId = await started();
  await service.attach(trainingId, MESSAGE);
  await service.follow(trainingId, { onChange: () => {} });
  expect(await service.unshown()).toMatchObject([{ trainingId }]);
  const { shown } = await bot(isFinished, () => false);
  expect(shown.map((training) => training.state)).toEqual(['finished']);
  expect(await service.unshown()).toEqual([]);
});

test('what ended before its message stood is shown once it stands', async () => {
  const trainingId = await started();
  await service.follow(trainingId, { onChange: () => {} });
  expect(await service.unshown()).toEqual([]);
  await service.attach(trainingId, MESSAGE);
  expect((await bot(isFinished, () => false)).shown).toMatchObject([{ trainingId, message: MESSAGE }]);
});
