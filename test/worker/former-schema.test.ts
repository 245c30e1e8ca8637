import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { addJob } from '../../src/worker/add-job.js';
import { moveFormerJobs } from '../../src/worker/former-schema.js';
import { freeJobsOfDeadReplicas, joinAsReplica } from '../../src/worker/replica.js';
import { startWorker, type Worker } from '../../src/worker/worker.js';
import { prepareWorkerSchema, WORKER_SCHEMA } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFormerQueue } from '../support/former-queue.js';

const logger = createLogger({ level: 'silent', to: 'stderr' });
const RUN = { subject: `run:${randomUUID()}` };
/** Of another application that uses the same queue in its default schema. */
const FOREIGN = [
  ['send_email', { subject: 'Welcome' }],
  ['message', { subject: 'Welcome', to: 'a@b.c' }],
  ['release', { version: '1.0' }],
] as const;

let database: TestDatabase;
let worker: Worker | undefined;
let replica: Awaited<ReturnType<typeof joinAsReplica>> | undefined;
let addFormer: Awaited<ReturnType<typeof createFormerQueue>>;
beforeEach(async () => {
  [worker, replica] = [undefined, undefined];
  database = await createTestDatabase();
  addFormer = await createFormerQueue(database);
  await prepareWorkerSchema(database, { always: true });
});
afterEach(async () => {
  await worker?.stop();
  await replica?.leave();
  await database.drop();
});

const jobsIn = async (schema: string) =>
  (
    await database.pool.query<{ task: string; key: string | null; lockedBy: string | null }>(
      `SELECT task_identifier AS task, key, locked_by AS "lockedBy" FROM ${schema}.jobs ORDER BY id`,
    )
  ).rows;
const lock = (key: string, by: string, ago: string) =>
  database.pool.query(
    `UPDATE graphile_worker._private_jobs SET locked_by = $2, locked_at = now() - $3::interval WHERE key = $1`,
    [key, by, ago],
  );

test('the queue stands in a schema of its own', async () => {
  expect(WORKER_SCHEMA).toBe('lobml_worker');
  await addJob(database.pool, { task: 'message', payload: RUN, queue: 'q', key: 'k' });
  expect(await jobsIn('lobml_worker')).toHaveLength(1);
  expect(await jobsIn('graphile_worker')).toEqual([]);
});

test('what the version before left is done; what belongs to another application is left alone', async () => {
  const releaseId = randomUUID();
  await addFormer('message s', RUN, 'a');
  await addFormer('release', { releaseId }, 'b');
  for (const [task, payload] of FOREIGN) await addFormer(task, payload, `foreign ${task}`);
  // A worker of that application died at it, hours ago; freeing it is not for us.
  await lock('foreign message', 'their-pool', '5 hours');
  const done: unknown[] = [];
  const task = async (payload: unknown) => void done.push(payload);
  worker = await startWorker({
    url: database.url,
    tasks: { message: task, release: task },
    strategies: ['s'],
    clock: systemClock,
    logger,
    pollMs: 50,
  });
  await eventually('both jobs', () => done.length === 2, 60_000);
  expect(done).toEqual(expect.arrayContaining([RUN, { releaseId }]));
  // Several sweeps later.
  await systemClock.sleep(1_000);
  expect(done).toHaveLength(2);
  expect(await jobsIn('graphile_worker')).toEqual([
    { task: 'send_email', key: 'foreign send_email', lockedBy: null },
    { task: 'message', key: 'foreign message', lockedBy: 'their-pool' },
    { task: 'release', key: 'foreign release', lockedBy: null },
  ]);
});

test('a job at which a replica of the version before works is left to it while it lives', async () => {
  replica = await joinAsReplica({ url: database.url, clock: systemClock, logger });
  await replica.register('old-pool');
  await addFormer('message s', RUN, 'a');
  await lock('a', 'old-pool', '10 minutes');
  await freeJobsOfDeadReplicas(database.pool);
  expect(await moveFormerJobs(database.pool)).toBe(0);
  expect(await jobsIn('graphile_worker')).toEqual([{ task: 'message s', key: 'a', lockedBy: 'old-pool' }]);

  // It dies without a word: its connection is gone, and its row stays.
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'lobml liveness' AND datname = current_database()`,
  );
  const dead = replica;
  await eventually('its end', () => dead.lost.aborted);
  await freeJobsOfDeadReplicas(database.pool);
  expect(await moveFormerJobs(database.pool)).toBe(1);
  expect(await jobsIn('graphile_worker')).toEqual([]);
  expect(await jobsIn('lobml_worker')).toEqual([{ task: 'message s', key: 'a', lockedBy: null }]);
});

test('one that has just been taken by a replica that could not say its name yet is not taken away', async () => {
  await addFormer('message s', RUN, 'a');
  await lock('a', 'nameless', '10 seconds');
  expect(await moveFormerJobs(database.pool)).toBe(0);
  await lock('a', 'nameless', '2 minutes');
  expect(await moveFormerJobs(database.pool)).toBe(1);
});

test('of two jobs of one key the earlier moment counts, with everything that it says', async () => {
  const { pool } = database;
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000);
  await addFormer('message s', RUN, 'early', at(10));
  await addFormer('message s', RUN, 'late', at(90));
  for (const key of ['early', 'late'])
    await addJob(pool, { task: 'message', payload: RUN, queue: 'q', key, runAt: at(60) });
  expect(await moveFormerJobs(pool)).toBe(2);
  const { rows } = await pool.query(
    `SELECT key, round(extract(epoch FROM run_at - now()) / 60)::integer AS minutes, max_attempts AS "mostAttempts"
     FROM lobml_worker.jobs ORDER BY key`,
  );
  expect(rows).toEqual([
    { key: 'early', minutes: 10, mostAttempts: 30_000 },
    { key: 'late', minutes: 60, mostAttempts: 30_000 },
  ]);
});

test('two replicas that move at once move each job once', async () => {
  for (let n = 0; n < 20; n += 1) await addFormer('message s', { subject: `run:${randomUUID()}` }, `k${n}`);
  const moved = await Promise.all([moveFormerJobs(database.pool), moveFormerJobs(database.pool)]);
  expect(moved[0] + moved[1]).toBe(20);
  expect(await jobsIn('lobml_worker')).toHaveLength(20);
});

test('where the default schema is not there, or lets nobody in, nothing is asked of it', async () => {
  await addFormer('message s', RUN, 'a');
  const client = await database.pool.connect();
  // A role that has no right to anything there.
  await client.query('SET ROLE pg_monitor');
  const moved = moveFormerJobs(client).finally(() => client.release(true));
  expect(await moved).toBe(0);
  await database.pool.query('DROP SCHEMA graphile_worker CASCADE');
  expect(await moveFormerJobs(database.pool)).toBe(0);
});
