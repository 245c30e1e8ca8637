import { EventEmitter } from 'node:events';
import {
  type JobHelpers,
  Logger as QueueLogger,
  type Task as QueueTask,
  type Runner,
  run,
  type TaskList,
  type WorkerPool,
} from 'graphile-worker';
import { createStatePool } from '../store/state-pool.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { moveFormerJobs } from './former-schema.js';
import { strategyOf, subjectOfPayload, taskOfStrategy } from './job-owner.js';
import { freeJobsOfDeadReplicas, joinAsReplica } from './replica.js';
import type { Task, TaskCall } from './task.js';
import { WORKER_SCHEMA } from './worker-schema.js';

interface WorkerOptions {
  /** The bot's own database. */
  readonly url: string;
  readonly tasks: Readonly<Record<string, Task>>;
  /** Whose jobs are taken; those of another strategy wait for its own bot. */
  readonly strategies: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Jobs at a time in this process; the queues of several targets go on beside each other. */
  readonly concurrency?: number;
  /** Between two looks for due jobs, and for replicas that are gone. */
  readonly pollMs?: number;
}

export interface Worker {
  /** Lets the tasks come to a safe place, and leaves the rest to the other replicas. */
  stop(): Promise<void>;
}

const DEFAULT_POLL_MS = 1_000;
const REJOIN_MS = 1_000;
const DEFAULT_CONCURRENCY = 6;
/**
 * What became of a job is written down at once. Without these pauses nobody waits for that: where the database is away
 * in this moment, a rejection that nobody handles ends the process, and the kill switch with it.
 */
const REPORTS_ITS_FAULTS = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

/**
 * Runs the durable work of this replica. When its place is lost (the connection that holds its lock is gone), every
 * task is told to touch nothing more, and it joins anew under another number as soon as the database answers.
 * @throws the database's error when the first attempt to join fails.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { clock, logger } = options;
  const stopping = new AbortController();
  let session = await openSession(options, stopping.signal);
  const life = (async () => {
    while (!stopping.signal.aborted) {
      await Promise.race([aborted(session.lost), aborted(stopping.signal)]);
      await session.close();
      while (!stopping.signal.aborted && session.lost.aborted) {
        try {
          await clock.sleep(REJOIN_MS, stopping.signal);
          session = await openSession(options, stopping.signal);
        } catch (error) {
          if (!stopping.signal.aborted) logger.warn({ err: error }, 'the worker cannot join; trying again');
        }
      }
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await life;
      await session.close();
    },
  };
}

interface Session {
  readonly lost: AbortSignal;
  close(): Promise<void>;
}

async function openSession(options: WorkerOptions, stopping: AbortSignal): Promise<Session> {
  const { url, clock, logger, concurrency = DEFAULT_CONCURRENCY, pollMs = DEFAULT_POLL_MS } = options;
  const replica = await joinAsReplica({ url, clock, logger });
  const pool = createStatePool({ url, logger, maxConnections: concurrency + 3 });
  // The queue asks for a listener on each connection; the loss of one shows in the next query.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const events = new EventEmitter();
  const registered = new Promise<void>((resolve, reject) => {
    events.once('pool:create', ({ workerPool }: { workerPool: WorkerPool }) => {
      replica.register(workerPool.id).then(resolve, reject);
    });
  });
  registered.catch(() => undefined);
  const broken = new AbortController();
  const lost = AbortSignal.any([replica.lost, broken.signal]);
  const call: TaskCall = { stopping, lost };
  let runner: Runner;
  try {
    runner = await run({
      pgPool: pool,
      schema: WORKER_SCHEMA,
      concurrency,
      pollInterval: pollMs,
      preset: { worker: REPORTS_ITS_FAULTS },
      noHandleSignals: true,
      events,
      logger: queueLogger(logger),
      taskList: taskList(options, call, registered),
    });
  } catch (error) {
    await replica.leave();
    await pool.end();
    throw error;
  }
  // A queue that could not write down what became of a job ends by itself.
  const ended = runner.promise.catch(() => undefined).then(() => broken.abort());
  const sweeping = sweep(pool, lost, options, pollMs);
  let closing: Promise<void> | undefined;
  return {
    lost,
    close: () => {
      closing ??= (async () => {
        if (!broken.signal.aborted) {
          await runner
            .stop()
            .catch((error: unknown) => logger.warn({ err: error }, 'the job queue ended badly'));
        }
        await ended;
        await replica.leave();
        await sweeping;
        await pool.end();
      })();
      return closing;
    },
  };
}

/** Nothing acts before the others can know whose job it is. */
function taskList(
  { tasks, strategies, logger }: WorkerOptions,
  call: TaskCall,
  registered: Promise<void>,
): TaskList {
  return Object.fromEntries(
    Object.entries(tasks).flatMap(([name, task]): [string, QueueTask][] => {
      const own: QueueTask = async (payload, helpers) => {
        await registered;
        call.lost.throwIfAborted();
        try {
          await task(payload, call);
        } catch (error) {
          // Whoever has taken this replica's place has freed the job already.
          if (call.lost.aborted) throw error;
          logger.warn({ err: error, task: name, payload }, 'a job failed; trying again');
          await tryAgain(payload, helpers);
        }
      };
      const unaddressed: QueueTask = async (payload, helpers) => {
        await registered;
        if (!(await handOver(name, payload, strategies, helpers))) await own(payload, helpers);
      };
      return [
        ...strategies.map((strategy): [string, QueueTask] => [taskOfStrategy(name, strategy), own]),
        [name, unaddressed],
      ];
    }),
  );
}

/** The queue's own pauses grow to six hours; what jobs are about has deadlines, and people who wait. */
const TRY_AGAIN_SECS = 5;

/** Sets the job up anew. One that was asked for again meanwhile has lost its key to that request, which stands. */
async function tryAgain(payload: unknown, { job, query }: JobHelpers): Promise<void> {
  await query(
    `SELECT ${WORKER_SCHEMA}.add_job(task_identifier, payload := $1::json, job_key := key, queue_name := queue_name,
       max_attempts := max_attempts, run_at := now() + $2::integer * interval '1 second')
     FROM ${WORKER_SCHEMA}.jobs WHERE id = $3 AND key IS NOT NULL`,
    [JSON.stringify(payload), TRY_AGAIN_SECS, job.id],
  );
}

/**
 * A job that names no strategy was left by the version before, or is about what nobody knows. One that belongs to another
 * bot gets its name. @returns whether it does
 */
async function handOver(
  name: string,
  payload: unknown,
  strategies: readonly string[],
  { job, query }: JobHelpers,
): Promise<boolean> {
  const subject = subjectOfPayload(payload);
  const strategy = subject === undefined ? undefined : await strategyOf({ query }, subject);
  if (strategy === undefined || strategies.includes(strategy)) return false;
  await query(
    `SELECT ${WORKER_SCHEMA}.add_job($1, payload := $2::json, job_key := key, max_attempts := max_attempts,
       queue_name := queue_name)
     FROM ${WORKER_SCHEMA}.jobs WHERE id = $3`,
    [taskOfStrategy(name, strategy), JSON.stringify(payload), job.id],
  );
  return true;
}

/** Replicas of the version before may go on for a while, and leave jobs behind. */
const LOOKS_UNTIL_MOVE = 5;

async function sweep(
  pool: ReturnType<typeof createStatePool>,
  lost: AbortSignal,
  { clock, logger }: WorkerOptions,
  pollMs: number,
): Promise<void> {
  for (let look = 0; !lost.aborted; look += 1) {
    try {
      const moved = look % LOOKS_UNTIL_MOVE === 0 ? await moveFormerJobs(pool) : 0;
      if (moved > 0) logger.info({ moved }, 'took over jobs of the version before');
      const freed = await freeJobsOfDeadReplicas(pool);
      if (freed > 0) logger.warn({ freed }, 'took over the jobs of replicas that are gone');
      await clock.sleep(pollMs, lost);
    } catch (error) {
      if (lost.aborted) return;
      logger.warn({ err: error }, 'could not look for replicas that are gone');
      await clock.sleep(pollMs, lost).catch(() => undefined);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The queue's own talk is only worth a line when something is wrong. */
function queueLogger(logger: Logger): QueueLogger {
  return new QueueLogger(() => (level, message) => {
    if (level === 'error') logger.error({}, message);
    else if (level === 'warning') logger.warn({}, message);
  });
}
