import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Training } from '../../src/domain/training.js';
import { createMessages, type Messages } from '../../src/messages/messages.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { followTrainings } from '../../src/training/training-follower.js';
import type { TrainingService } from '../../src/training/training-service.js';
import { startWorker } from '../../src/worker/worker.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createRememberingSlack, createTestKeeper, databaseOn, MESSAGE_VIEWS } from '../support/keeping.js';
import { createTrainingFixture, goodMeta, type TrainingFixture, writingTrainer } from './fixture.js';

let fixture: TrainingFixture;
let service: TrainingService;
let messages: Messages;
beforeEach(async () => {
  fixture = await createTrainingFixture();
  await prepareWorkerSchema(fixture, { always: true });
  service = await fixture.service();
  messages = createMessages(databaseOn(fixture.pool));
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

/** A bot that follows, and shows, until `isThere`; its Slack refuses whatever `refuses` says. */
async function bot(
  isThere: (shown: readonly Training[]) => boolean,
  refuses: (training: Training) => boolean = () => false,
) {
  const shown: Training[] = [];
  let errors = 0;
  let next: Training | undefined;
  const { pool, url } = fixture;
  const slack = createRememberingSlack();
  const keeper = createTestKeeper({
    pool,
    trainings: service,
    views: {
      ...MESSAGE_VIEWS,
      training: (training) => {
        next = training;
        return { text: training.state, blocks: [] };
      },
    },
    announcer: {
      ...slack,
      async change() {
        if (next !== undefined && refuses(next)) {
          errors += 1;
          throw new Error('Slack is away');
        }
        if (next !== undefined) shown.push(next);
        return true;
      },
    },
  });
  const logger = createLogger({ level: 'silent', to: 'stderr' });
  const tasks = { message: keeper.task };
  const worker = await startWorker({
    url,
    tasks,
    strategies: ['crypto_lob_ml'],
    clock: systemClock,
    logger,
    pollMs: 50,
  });
  const follower = followTrainings({
    trainings: service,
    changed: (trainingId) => messages.changed(`training:${trainingId}`),
    onError: () => undefined,
    clock: systemClock,
    intervalMs: 20,
  });
  await eventually('what is awaited', () => isThere(shown));
  await follower.stop();
  await worker.stop();
  return { shown, errors };
}

const attach = (trainingId: string) =>
  messages.keep({ subject: `training:${trainingId}`, role: 'training' }, MESSAGE, new Date());
const isFinished = (shown: readonly Training[]) => shown.at(-1)?.state === 'finished';
/** The messages about trainings that are still to be brought up to date. */
const owed = async () => (await fixture.pool.query('SELECT key FROM lobml_worker.jobs')).rows;

test('the end is shown also where Slack refuses it at first', async () => {
  await attach(await started());
  let refusals = 2;
  const { shown, errors } = await bot(isFinished, ({ endedAt }) => endedAt !== null && refusals-- > 0);
  expect(errors).toBe(2);
  expect(shown.at(-1)).toMatchObject({ state: 'finished' });
  expect(await owed()).toEqual([]);
});

test('what ended while no bot could show it is shown by the next one, once', async () => {
  const trainingId = await started();
  await attach(trainingId);
  await service.follow(trainingId, { onChange: () => {} });
  expect(await owed()).toEqual([{ key: `message training:${trainingId}` }]);
  const { shown } = await bot(isFinished);
  expect(shown.map((training) => training.state)).toEqual(['finished']);
  expect(await owed()).toEqual([]);
});

test('what ended before its message stood is shown once it stands', async () => {
  const trainingId = await started();
  await service.follow(trainingId, { onChange: () => {} });
  await fixture.pool.query('DELETE FROM lobml_worker._private_jobs');
  await attach(trainingId);
  expect((await bot(isFinished)).shown).toMatchObject([{ trainingId }]);
});
