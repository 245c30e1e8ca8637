import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { composeEngine, createReleaseTasks } from '../../src/release/engine/create-engine.js';
import type { ReleaseEngine } from '../../src/release/engine/release-engine.js';
import type { ReleaseContext } from '../../src/release/release-context.js';
import { releaseQueue } from '../../src/release/release-jobs.js';
import { createReleaseService } from '../../src/release/release-service.js';
import { createTransact } from '../../src/store/transaction.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { TASKS } from '../../src/worker/task.js';
import { startWorker } from '../../src/worker/worker.js';
import { prepareWorkerSchema, WORKER_SCHEMA } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { storeRelease, storeRequest } from '../support/releases.js';
import { ALICE, BOB, CAROL, createReleaseWorld, type ReleaseWorld, WISH } from './support/release-world.js';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
  await prepareWorkerSchema(world.database, { always: true });
});
afterEach(() => world.end());

const logger = createLogger({ level: 'silent', to: 'stderr' });
const START = '2026-03-01T12:00:00.000Z';
const CALL = { stopping: new AbortController().signal, lost: new AbortController().signal };

/** A bot whose clock is so much behind that of its database, which is the machine's. */
const botBehind = (ms: number): ReleaseContext => ({
  ...world.context,
  now: () => new Date(Date.now() - ms),
  databaseNow: realMoment,
  queue: releaseQueue,
});
const realMoment: ReleaseContext['databaseNow'] = async (client) => {
  const { rows } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return rows[0]?.now ?? new Date(Number.NaN);
};
const tasksOf = (context: ReleaseContext) =>
  composeEngine({ context, hostOf: context.sources.hostOf, clock: systemClock, logger });

/** A request of a target of its own, with its timer. */
async function openRequest(target: string, expiresAt: Date): Promise<string> {
  const { pool } = world.database;
  const requestId = await storeRequest(pool, { target, state: 'open', at: expiresAt.toISOString() });
  await releaseQueue.expireAt(pool, requestId, expiresAt);
  return requestId;
}

const stillOpen = async () => {
  const { rows } = await world.database.pool.query(
    `SELECT 1 FROM lobml.release_requests WHERE state IN ('open', 'approved')`,
  );
  return rows.length;
};

test.each([20, 3_000])('no request stays open with the bot %d ms behind the database', async (ms) => {
  const context = botBehind(ms);
  const due = new Date(Date.now() + 500);
  await Promise.all(Array.from({ length: 60 }, (_, index) => openRequest(`t${index}`, due)));
  const worker = await startWorker({
    url: world.database.url,
    strategies: ['crypto_lob_ml'],
    tasks: tasksOf({ ...context, transact: createTransact(async () => world.database.pool) }),
    clock: systemClock,
    logger,
  });
  try {
    await eventually('every request has ended', async () => (await stillOpen()) === 0, 20_000);
  } finally {
    await worker.stop();
  }
});

test('a timer that rings too early is set again', async () => {
  const due = new Date(Date.now() + 3_600_000);
  const requestId = await openRequest('early', due);
  const { pool } = world.database;
  await pool.query(`DELETE FROM ${WORKER_SCHEMA}._private_jobs`);
  await tasksOf(botBehind(0))[TASKS.requestExpiry]?.({ requestId }, CALL);
  const { rows } = await pool.query(`SELECT key, run_at FROM ${WORKER_SCHEMA}.jobs`);
  expect(rows).toEqual([{ key: `expiry ${requestId} ${due.toISOString()}`, run_at: due }]);

  await pool.query(`UPDATE lobml.release_requests SET state = 'withdrawn'`);
  await pool.query(`DELETE FROM ${WORKER_SCHEMA}._private_jobs`);
  await tasksOf(botBehind(0))[TASKS.requestExpiry]?.({ requestId }, CALL);
  expect((await pool.query(`SELECT 1 FROM ${WORKER_SCHEMA}.jobs`)).rows).toEqual([]);
});

test('what a request is given is counted by the clock of the database', async () => {
  const service = createReleaseService({ ...botBehind(600_000), subjectChanged: async () => undefined });
  const checked = await service.plan(WISH, world.target, ALICE);
  if (checked.kind !== 'checked') throw new Error('no plan');
  const { run, digest } = checked;
  // As a run of that bot is: dated by its own clock.
  await world.database.pool.query(`UPDATE lobml.check_runs SET valid_until = now() - interval '1 minute'`);
  const minutes = (at: string | null) => Math.round((Date.parse(at ?? '') - Date.now()) / 60_000);

  const asked = { wish: WISH, target: world.target, by: ALICE, runId: run.runId, digest, acknowledged: [] };
  const result = await service.request(asked);
  if (result.kind !== 'requested') throw new Error(JSON.stringify(result));
  expect(minutes(result.request.quorumExpiresAt)).toBe(60);
  const { requestId } = result.request;
  for (const person of [BOB, CAROL]) await service.approve({ requestId, digest, person });
  expect(minutes((await service.view(requestId))?.request.startExpiresAt ?? null)).toBe(15);
  expect(await service.start({ requestId, digest, person: BOB })).toMatchObject({ kind: 'started' });
  const { rows } = await world.database.pool.query('SELECT confirm_by FROM lobml.releases');
  expect(minutes(rows[0].confirm_by.toISOString())).toBe(world.target.watch.confirmMinutes);
});

test('a request whose time has run out blocks no new one, whatever its timer did', async () => {
  const ask = async () => {
    const checked = await world.service.plan(WISH, world.target, ALICE);
    if (checked.kind !== 'checked') throw new Error('no plan');
    const { run, digest } = checked;
    return world.service.request({
      wish: WISH,
      target: world.target,
      by: ALICE,
      runId: run.runId,
      digest,
      acknowledged: [],
    });
  };
  const first = await ask();
  expect(await ask()).toMatchObject({ refusal: { code: 'request_exists' } });
  world.clock.now = new Date(world.clock.now.getTime() + 61 * 60_000);
  expect(await world.service.obstacle(world.target, ALICE, 'ordinary')).toBeUndefined();
  expect(await ask()).toMatchObject({ kind: 'requested' });
  const requestId = first.kind === 'requested' ? first.request.requestId : '';
  expect((await world.service.view(requestId))?.request.state).toBe('expired');
});

test('a look at a release that must go on later comes so much later, however wrong the clock of the bot is', async () => {
  const { pool } = world.database;
  for (const wrongMs of [-3_600_000, 3_600_000]) {
    const releaseId = await storeRelease(pool, { target: `r${wrongMs}`, state: 'running', startedAt: START });
    const away = () => Promise.reject(new Error('away'));
    const engine = {
      journal: { load: away, claim: away },
      clock: { ...systemClock, now: () => Date.now() + wrongMs },
      logger,
    } as unknown as ReleaseEngine;
    const tasks = createReleaseTasks(engine, pool);
    await tasks[TASKS.release]?.({ releaseId }, CALL);
    const { rows } = await pool.query(
      `SELECT extract(epoch FROM run_at - now())::float8 AS secs FROM ${WORKER_SCHEMA}.jobs WHERE key = $1`,
      [`release ${releaseId}`],
    );
    expect(rows[0]?.secs).toBeGreaterThan(0);
    expect(rows[0]?.secs).toBeLessThan(10);
  }
});
