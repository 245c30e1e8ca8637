import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createRunStore } from '../../src/checks/store/run-store.js';
import { subjectChanged } from '../../src/messages/message-jobs.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { addJob } from '../../src/worker/add-job.js';
import type { Task } from '../../src/worker/task.js';
import { startWorker, type Worker } from '../../src/worker/worker.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startRelay } from '../support/relay.js';
import { aRun } from '../support/runs.js';

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

async function start(
  task: Task,
  { strategies = ['s'], name = 'release', url = database.url } = {},
): Promise<Worker> {
  const worker = await startWorker({
    url,
    tasks: { [name]: task },
    strategies,
    clock: systemClock,
    logger: createLogger({ level: 'silent', to: 'stderr' }),
  });
  workers.push(worker);
  return worker;
}

const job = (name: string, more: { queue?: string; runAt?: Date } = {}) =>
  addJob(database.pool, { task: 'release', payload: { name }, queue: 'one', key: name, ...more });

/** For a machine that is busy; shorter than the 60 s after which a job without a known replica is freed. */
const PATIENCE_MS = 120_000;

function gate(): { readonly open: () => void; readonly isOpen: Promise<void> } {
  let open = (): void => undefined;
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, isOpen };
}

const nameOf = (payload: unknown) => (payload as { name: string }).name;

test('jobs of one queue never overlap on two replicas, those of another go on beside them', async () => {
  const log: string[] = [];
  const other = gate();
  const task: Task = async (payload) => {
    log.push(`+${nameOf(payload)}`);
    // The jobs of queue one go on only when that of queue two has begun: it waits for none of them.
    if (nameOf(payload) === 'other') other.open();
    else await other.isOpen;
    // Leaves a job that does not wait for this one the time to begin.
    await systemClock.sleep(150);
    log.push(`-${nameOf(payload)}`);
  };
  await Promise.all([start(task), start(task)]);
  await Promise.all([job('a'), job('b')]);
  await eventually('the first job of queue one', () => log.length > 0, PATIENCE_MS);
  await job('other', { queue: 'two' });
  await eventually('three jobs', () => log.length === 6, PATIENCE_MS);
  const one = log.filter((line) => !line.endsWith('other'));
  expect([one[0]?.slice(1), one[2]?.slice(1)]).toEqual([one[1]?.slice(1), one[3]?.slice(1)]);
});

test('a job waits for its time, and a later request for its key replaces it', async () => {
  const seen: { name: string; at: number }[] = [];
  await start(async (payload) => void seen.push({ name: nameOf(payload), at: Date.now() }));
  const due = Date.now() + 1_500;
  await job('timer', { runAt: new Date(due + 3_600_000) });
  await job('timer', { runAt: new Date(due) });
  await job('at once');
  await eventually('both jobs', () => seen.length === 2, PATIENCE_MS);
  expect(seen.map(({ name }) => name).sort()).toEqual(['at once', 'timer']);
  expect(seen.find(({ name }) => name === 'timer')?.at).toBeGreaterThanOrEqual(due);
});

test('a replica whose connection is cut stops its tasks, and another one goes on within seconds', async () => {
  const seen: { by: string; lost: AbortSignal }[] = [];
  const task = (by: string): Task => {
    return async (_payload, { lost }) => {
      seen.push({ by, lost });
      if (seen.length === 1) await systemClock.sleep(600_000, lost);
    };
  };
  await start(task('first'));
  await job('a');
  await eventually('the first try', () => seen.length === 1, PATIENCE_MS);
  await start(task('second'));
  await database.pool.query(
    `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN lobml.replicas r ON l.objid = r.replica
     WHERE l.locktype = 'advisory' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     ORDER BY r.replica LIMIT 1`,
  );
  // Seconds on any machine: without the look for dead replicas, the queue frees a job after hours.
  await eventually('the second try', () => seen.length === 2, PATIENCE_MS);
  expect(seen[0]?.lost.aborted).toBe(true);
  await eventually(
    'both replicas are there again',
    async () => {
      const { rows } = await database.pool.query('SELECT replica FROM lobml.replicas');
      return rows.length === 2;
    },
    PATIENCE_MS,
  );
});

test.each(['ends', 'fails'] as const)(
  'a job that %s while the database is away ends nothing else: it is done once more when the database is back',
  async (how) => {
    const url = new URL(database.url);
    const relay = await startRelay(Number(url.port));
    url.port = String(relay.port);
    const log: string[] = [];
    const task: Task = async () => {
      log.push('begins');
      if (log.length > 1) return;
      relay.cut();
      if (how === 'fails') throw new Error('the work needs the database');
    };
    await start(task, { url: url.href });
    await job('a');
    await eventually('the first try', () => log.length === 1, PATIENCE_MS);
    // Longer than the queue's own pauses between its tries to write down what became of a job.
    await systemClock.sleep(1_500);
    await relay.mend();
    await eventually('the second try', () => log.length === 2, PATIENCE_MS);
    await eventually(
      'no job is left',
      async () => (await database.pool.query('SELECT FROM lobml_worker.jobs')).rowCount === 0,
      PATIENCE_MS,
    );
    relay.cut();
  },
);

test('a replica that could not say its name joins anew instead of taking jobs that it cannot do', async () => {
  await database.pool.query(`
    CREATE SEQUENCE names;
    CREATE FUNCTION refuse_first() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF nextval('names') = 1 THEN RAISE 'Query read timeout'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER refuse_first BEFORE INSERT ON lobml.replicas FOR EACH ROW EXECUTE FUNCTION refuse_first()`);
  const log: string[] = [];
  await start(async (payload) => void log.push(nameOf(payload)));
  await job('a');
  await eventually('the job', () => log.length === 1, PATIENCE_MS);
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

test('a job that fails again and again waits no longer than 30 s, and loses no later request', async () => {
  let failures = 0;
  const fails = gate();
  await job('a');
  // As after half an hour of failing, when the queue's own pauses grow to hours.
  await database.pool.query('UPDATE lobml_worker._private_jobs SET attempts = 8');
  const worker = await start(async () => {
    failures += 1;
    await fails.isOpen;
    throw new Error('away');
  });
  await eventually('the first try', () => failures === 1, PATIENCE_MS);
  fails.open();
  const left = async () => {
    const { rows } = await database.pool.query<{ key: string; seconds: number }>(
      `SELECT key, extract(epoch FROM run_at - now())::float8 AS seconds FROM lobml_worker.jobs
       WHERE locked_at IS NULL`,
    );
    return rows;
  };
  await eventually('the next try', async () => (await left()).length === 1, PATIENCE_MS);
  // What it has begun by now comes to its end first.
  await worker.stop();
  expect(await left()).toEqual([{ key: 'a', seconds: expect.any(Number) }]);
  expect((await left())[0]?.seconds).toBeLessThanOrEqual(30);
  await job('a');
  expect((await left())[0]?.seconds).toBeLessThanOrEqual(0);
});

test('of two bots on one database each does the jobs of its own strategy, and those of the other wait for it', async () => {
  const runs = createRunStore(database.pool);
  const [ofA, ofB] = [aRun({ strategy: 'a' }), aRun({ strategy: 'b' })];
  for (const run of [ofA, ofB]) await runs.save(run);
  const done: string[] = [];
  const bot = (strategy: string) =>
    start(
      async (payload) => {
        const { subject } = payload as { subject: string };
        if (subject === `run:${ofA.runId}` ? strategy !== 'a' : strategy !== 'b') throw new Error('not mine');
        done.push(`${strategy} ${subject}`);
      },
      { strategies: [strategy], name: 'message' },
    );
  // As the version before wrote it, without a strategy.
  await database.pool.query(
    "SELECT lobml_worker.add_job('message', payload := $1::json, queue_name := 'q', job_key := 'former')",
    [JSON.stringify({ subject: `run:${ofB.runId}` })],
  );
  await subjectChanged(database.pool, `run:${ofB.runId}`);
  await subjectChanged(database.pool, `run:${ofA.runId}`);
  await bot('a');
  const waiting = async () => {
    const { rows } = await database.pool.query<{ name: string; attempts: number }>(
      'SELECT task_identifier AS name, attempts FROM lobml_worker.jobs ORDER BY id',
    );
    return rows;
  };
  await eventually(
    'the job of a, and the former one handed over',
    async () => {
      const rows = await waiting();
      return rows.length === 2 && rows.every(({ name, attempts }) => name === 'message b' && attempts === 0);
    },
    PATIENCE_MS,
  );
  expect(done).toEqual([`a run:${ofA.runId}`]);
  await bot('b');
  await eventually('the jobs of b', async () => (await waiting()).length === 0, PATIENCE_MS);
  expect(done.slice(1)).toEqual([`b run:${ofB.runId}`, `b run:${ofB.runId}`]);
});
