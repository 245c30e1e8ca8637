import { z } from 'zod';
import type { Queryable } from '../store/queryable.js';
import { addJob } from '../worker/add-job.js';
import { TASKS } from '../worker/task.js';
import { WORKER_SCHEMA } from '../worker/worker-schema.js';
import type { Subject, SubjectChanged } from './subject.js';

/** What a job of the task `message` carries. */
export const messagePayload = z.object({
  subject: z.custom<Subject>((value) => typeof value === 'string' && value.includes(':')),
  /** Attempts that have failed since the subject last changed. */
  failures: z.coerce.number().default(0),
});

/**
 * So many messages are brought up to date at a time, by all replicas together: a Slack that hangs leaves the other places
 * of a worker to the releases. Messages of one subject always come one after the other.
 */
const LANES = 3;

/** Where the database's clock is ahead of this bot's, the moment has not come yet when the job runs. */
const LOOK_AGAIN_MS = 1_000;

const jobOf = (subject: Subject, failures = 0) => {
  const lane = [...subject].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % LANES;
  return {
    task: TASKS.message,
    payload: { subject, failures: String(failures) },
    queue: `messages ${lane}`,
    key: `message ${subject}`,
  };
};

/** Does nothing where no bot has ever run on the database: a terminal alone has no messages. */
export const subjectChanged: SubjectChanged = async (client, subject) => {
  const { rows } = await client.query<{ isThere: boolean }>(
    `SELECT to_regclass('${WORKER_SCHEMA}.jobs') IS NOT NULL AS "isThere"`,
  );
  if (rows[0]?.isThere === true) await addJob(client, jobOf(subject));
};

/** The next look at messages that could not be shown now. A change that comes before it is not kept waiting. */
export function lookAgain(
  client: Queryable,
  { subject, failures }: z.infer<typeof messagePayload>,
  afterMs: number,
): Promise<void> {
  return addJob(client, { ...jobOf(subject, failures), afterMs, keepsEarlier: true });
}

/** A look at the moment when a subject reads differently although nothing has changed. */
export function lookAt(client: Queryable, subject: Subject, runAt: Date): Promise<void> {
  return addJob(client, { ...jobOf(subject), key: `expiry ${subject}`, runAt, afterMs: LOOK_AGAIN_MS });
}
