import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { addJob } from '../../src/worker/add-job.js';
import type { Task } from '../../src/worker/task.js';
import { startWorker, type Worker } from '../../src/worker/worker.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
const workers: Worker[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
});

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await database.drop();
});

async function start(task: Task): Promise<Worker> {
  const worker = await startWorker({
    url: database.url,
    tasks: { release: task },
    clock: systemClock,
    logger: createLogger({ level: 'silent', to: 'stderr' }),
  });
  workers.push(worker);
  return worker;
}

const job = (name: string, more: { queue?: string; runAt?: Date } = {}) =>
  addJob(database.pool, { task: 'release', payload: { name }, queue: 'one', key: name, ...more });

const nameOf = (payload: unknown) => (payload as { name: string }).name;

test('jobs of one queue never overlap on two replicas, those of another go on beside them', async () => {
  const log: string[] = [];
  const task: Task = async (payload) => {
    log.push(`+${nameOf(payload)}`);
    await systemClock.sleep(150);
    log.push(`-${nameOf(payload)}`);
  };
  await Promise.all([start(task), start(task)]);
  await Promise.all([job('a'), job('b'), job('other', { queue: 'two' })]);
  await eventually('three jobs', () => log.length === 6);
  const one = log.filter((line) => !line.endsWith('other'));
  expect([one[0]?.slice(1), one[2]?.slice(1)]).toEqual([one[1]?.slice(1), one[3]?.slice(1)]);
  expect(log.indexOf('+other')).toBeLessThan(3);
});

test('a job waits for its time, and a later request for its key replaces it', async () => {
  const log: string[] = [];
  await start(async (payload) => void log.push(nameOf(payload)));
  const base = Date.now();
  await job('timer', { runAt: new Date(base + 3_600_000) });
  await job('timer', { runAt: new Date(base + 700) });
  await systemClock.sleep(300);
  expect(log).toEqual([]);
  await eventually('the timer', () => log.length > 0);
  expect(log).toEqual(['timer']);
});

test('a replica whose connection is cut stops its tasks, and another one goes on within 5 s', async () => {
  const seen: { by: string; lost: AbortSignal }[] = [];
  const task = (by: string): Task => {
    return async (_payload, { lost }) => {
      seen.push({ by, lost });
      if (seen.length === 1) await systemClock.sleep(30_000, lost);
    };
  };
  await start(task('first'));
  await job('a');
  await eventually('the first try', () => seen.length === 1);
  await start(task('second'));
  const cutAt = Date.now();
  await database.pool.query(
    `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN lobml.replicas r ON l.objid = r.replica
     WHERE l.locktype = 'advisory' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     ORDER BY r.replica LIMIT 1`,
  );
  await eventually('the second try', () => seen.length === 2);
  expect(Date.now() - cutAt).toBeLessThan(5_000);
  expect(seen[0]?.lost.aborted).toBe(true);
  await eventually('both replicas are there again', async () => {
    const { rows } = await database.pool.query('SELECT replica FROM lobml.replicas');
    return rows.length === 2;
  });
});

test('a replica that stops tells its tasks, and waits for them', async () => {
  const log: string[] = [];
  const worker = await start(async (_payload, { stopping, lost }) => {
    log.push('begins');
    await systemClock.sleep(30_000, stopping).catch(() => undefined);
    log.push(lost.aborted ? 'was cut off' : 'ends in good order');
  });
  await job('a');
  await eventually('the task', () => log.length === 1);
  await worker.stop();
  expect(log).toEqual(['begins', 'ends in good order']);
});
