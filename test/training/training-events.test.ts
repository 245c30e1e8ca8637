import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { TrainingRequest } from '../../src/training/start-training.js';
import type { TrainingService } from '../../src/training/training-service.js';
import { createTrainingFixture, goodMeta, type TrainingFixture, writingTrainer } from './fixture.js';

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

async function followed(request: TrainingRequest = FIVE) {
  const answer = await service.start(request);
  if (answer.kind !== 'started') throw new Error(`expected a start, got ${answer.kind}`);
  return service.follow(answer.training.trainingId, { onChange: () => {} });
}

const told = async () => (await fixture.events()).map(({ kind, actor }) => `${kind} by ${actor.name}`);

test('the audit trail tells of a training from its request to its hash, and of no secret', async () => {
  await fixture.trainer(writingTrainer(goodMeta()));
  const { trainingId, modelName, result } = await followed();
  expect(await told()).toEqual([
    'training.requested by alice',
    'training.started by lobml',
    'training.ended by lobml',
  ]);
  const events = await fixture.events();
  expect(events.at(-1)).toMatchObject({
    target: 'live',
    details: {
      trainingId,
      horizon: '5m',
      modelName,
      state: 'finished',
      sha256: result?.sha256,
      stagedAs: `${modelName}.onnx`,
      gate: { outcome: 'PASS', fault: '' },
    },
  });
  expect(JSON.stringify(events)).not.toContain('hunter2');
});

test('a refusal stands with its reason, and an override with its name', async () => {
  await fixture.labels(10);
  await fixture.trainer(writingTrainer(goodMeta()));
  await followed();
  await service.start({ ...FIVE, horizon: '1h', requestedBy: BOB });
  await service.forbid({ ...FIVE, requestedBy: BOB });
  await followed({ ...FIVE, requestedBy: BOB, overrideReason: 'a try-out' });
  expect(await told()).toEqual([
    'training.requested by alice',
    'training.refused by lobml',
    'training.refused by bob',
    'training.refused by bob',
    'training.requested by bob',
    'training.overridden by bob',
    'training.started by lobml',
    'training.ended by lobml',
  ]);
  const checks = [{ id: 'data.labels.count', outcome: 'FAIL' }];
  expect(await fixture.events()).toMatchObject([
    {},
    { details: { because: 'data_checks', checks } },
    { details: { because: 'unknown_horizon', horizon: '1h' } },
    { details: { because: 'forbidden', horizon: '5m' } },
    { reason: 'a try-out' },
    { reason: 'a try-out', details: { checks } },
    {},
    {},
  ]);
});

test('a cancel stands by name, and what two bots tell stands once', async () => {
  await fixture.trainer(`setTimeout(() => {}, 60_000);`);
  const answer = await service.start(FIVE);
  if (answer.kind !== 'started') throw new Error('expected a start');
  const { trainingId } = answer.training;
  expect(await service.cancel(trainingId, BOB)).toBe(true);
  const bots = [service, await fixture.service({ leaseMs: 0 }), await fixture.service({ leaseMs: 0 })];
  await Promise.all(bots.map((bot) => bot.follow(trainingId, { onChange: () => {} })));
  expect((await told()).toSorted()).toEqual([
    'training.cancel_requested by bob',
    'training.ended by lobml',
    'training.requested by alice',
  ]);
  expect((await fixture.events()).at(-1)).toMatchObject({
    details: { state: 'cancelled', cancelledBy: BOB.id },
  });
});
