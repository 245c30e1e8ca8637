import { expect, test } from '@jest/globals';
import { createRunStore } from '../../src/checks/store/run-store.js';
import { formerMessageTasks } from '../../src/messages/former-jobs.js';
import { subjectChanged } from '../../src/messages/message-jobs.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { startWorker } from '../../src/worker/worker.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createTestDatabase } from '../support/database.js';
import { createRememberingSlack, createTestKeeper } from '../support/keeping.js';
import { aRun } from '../support/runs.js';

const CALL = { stopping: new AbortController().signal, lost: new AbortController().signal };

test('a run is looked at now and when its verdict expires; not where no bot has ever run', async () => {
  const database = await createTestDatabase();
  try {
    const run = aRun({ validUntil: '2036-03-01T12:10:00.000Z' });
    await createRunStore(database.pool).save(run);
    const subject = `run:${run.runId}` as const;
    await subjectChanged(database.pool, subject);
    await prepareWorkerSchema(database, { always: true });
    for (const _twice of [1, 2]) await subjectChanged(database.pool, subject);
    const keeper = createTestKeeper({ pool: database.pool, announcer: createRememberingSlack() });
    for (const _twice of [1, 2]) await keeper.task({ subject }, CALL);
    const { rows } = await database.pool.query(
      `SELECT key, run_at > now() AS later, run_at FROM lobml_worker.jobs ORDER BY run_at`,
    );
    expect(rows).toMatchObject([
      { key: `message ${subject}`, later: false },
      { key: `expiry ${subject}`, later: true, run_at: new Date(run.validUntil) },
    ]);
  } finally {
    await database.drop();
  }
});

test('the bot does so: for a run of a terminal, too, and again once the verdict has expired', async () => {
  const database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  const run = aRun({ validUntil: '2026-03-01T12:10:00.000Z' });
  // The bot's clock is at the first look before that moment, which has passed for the database.
  let now = new Date(run.startedAt);
  await createRunStore(database.pool).save(run);
  const seen: unknown[] = [];
  const keeper = createTestKeeper({
    pool: database.pool,
    announcer: createRememberingSlack(),
    now: () => now,
  });
  const worker = await startWorker({
    url: database.url,
    strategies: [run.strategy],
    tasks: {
      message: async (payload, call) => {
        seen.push(payload);
        await keeper.task(payload, call);
        now = new Date(run.validUntil);
      },
    },
    clock: systemClock,
    logger: createLogger({ level: 'silent', to: 'stderr' }),
    pollMs: 50,
  });
  try {
    await subjectChanged(database.pool, `run:${run.runId}`);
    await eventually('both looks', () => seen.length === 2);
    const payload = { subject: `run:${run.runId}`, failures: '0' };
    expect(seen).toEqual([payload, payload]);
  } finally {
    await worker.stop();
    await database.drop();
  }
});

test('jobs that the version before has left are done under their former names', async () => {
  const seen: unknown[] = [];
  const tasks = formerMessageTasks(async (payload) => void seen.push(payload));
  await tasks.report?.({ runId: 'r' }, CALL);
  await tasks.request_announcement?.({ requestId: 'q' }, CALL);
  await tasks.release_announcement?.({ releaseId: 'l' }, CALL);
  expect(seen).toEqual([{ subject: 'run:r' }, { subject: 'request:q' }, { subject: 'release:l' }]);
});
