import { expect, test } from '@jest/globals';
import { followReport } from '../../src/status/report-queue.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { startWorker } from '../../src/worker/worker.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createTestDatabase } from '../support/database.js';
import { aRun } from '../support/runs.js';

test('a run is looked at now and when its verdict expires; not where no bot has ever run', async () => {
  const database = await createTestDatabase();
  try {
    const run = aRun({ validUntil: '2036-03-01T12:10:00.000Z' });
    await followReport(database.pool, run);
    await prepareWorkerSchema(database, { always: true });
    for (const _twice of [1, 2]) await followReport(database.pool, run);
    const { rows } = await database.pool.query(
      `SELECT key, run_at > now() AS later, run_at FROM graphile_worker.jobs ORDER BY run_at`,
    );
    expect(rows).toMatchObject([
      { key: `report ${run.runId}`, later: false },
      { key: `report expiry ${run.runId}`, later: true, run_at: new Date(run.validUntil) },
    ]);
  } finally {
    await database.drop();
  }
});

test('the bot does so: for a run of a terminal, too, and again once the verdict has expired', async () => {
  const database = await createTestDatabase();
  const seen: unknown[] = [];
  await prepareWorkerSchema(database, { always: true });
  const worker = await startWorker({
    url: database.url,
    tasks: { report: async (payload) => void seen.push(payload) },
    clock: systemClock,
    logger: createLogger({ level: 'silent', to: 'stderr' }),
    pollMs: 50,
  });
  try {
    const run = aRun({ validUntil: '2026-03-01T12:10:00.000Z' });
    await followReport(database.pool, run);
    await eventually('both looks', () => seen.length === 2);
    expect(seen).toEqual([{ runId: run.runId }, { runId: run.runId }]);
  } finally {
    await worker.stop();
    await database.drop();
  }
});
