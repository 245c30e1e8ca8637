import { z } from 'zod';
import type { PostedHead } from '../domain/posted-head.js';
import type { Report } from '../domain/report.js';
import type { Announcer } from '../messages/announcer.js';
import type { Queryable } from '../store/queryable.js';
import { addJob } from '../worker/add-job.js';
import { TASKS, type Task } from '../worker/task.js';
import type { AuditKey } from './audit-key.js';
import type { AuditTrail } from './audit-trail.js';
import { signedExport } from './export-signature.js';
import { exportHeads } from './export-trail.js';

interface HeadPosting {
  readonly database: Queryable;
  readonly trail: Pick<AuditTrail, 'heads'>;
  readonly openKey: () => Promise<AuditKey>;
  readonly announcer: Pick<Announcer, 'post' | 'find'>;
  readonly channel: string;
  readonly view: (head: PostedHead) => Report;
}

const JOB = 'audit head';
/** After the day has begun, by the clock of the bot's database. */
const AFTER_MIDNIGHT = '5 minutes';

/** One job for all replicas: one that waits already keeps its time. */
export const postHeads = (client: Queryable, runAt?: Date): Promise<void> =>
  addJob(client, {
    ...{ task: TASKS.auditHead, payload: {}, queue: JOB, key: JOB, runAt },
    keepsEarlier: runAt === undefined,
  });

/**
 * Posts the signed heads of all chains into a channel, once a day, whichever replica does it. A post that may have arrived is
 * looked for first. @throws what refused it: the job is tried again
 */
export function createHeadTask(parts: HeadPosting): Task {
  return async () => {
    const { database, trail, channel } = parts;
    const { day, isNew, ts, reservedAt, nextAt } = await reserveDay(database, channel);
    const heads = await trail.heads();
    if (ts === null && heads.length > 0) {
      const key = `audit head ${day}`;
      const found = isNew ? undefined : await parts.announcer.find(channel, key, reservedAt);
      const stands = found ?? (await parts.announcer.post(channel, await reportOf(parts, day), key)).ts;
      await database.query('UPDATE lobml.audit_posts SET ts = $2 WHERE day = $1', [day, stands]);
    }
    await postHeads(database, nextAt);
  };
}

async function reportOf({ trail, openKey, view }: HeadPosting, day: string): Promise<Report> {
  const { fingerprint, ...key } = await openKey();
  const lines: string[] = [];
  for await (const line of signedExport(exportHeads(trail), key, new Date())) lines.push(line);
  return view({ day, lines, fingerprint });
}

const dayRow = z.object({
  day: z.string(),
  isNew: z.boolean(),
  ts: z.string().nullable(),
  reservedAt: z.date(),
  nextAt: z.date(),
});

async function reserveDay(database: Queryable, channel: string): Promise<z.infer<typeof dayRow>> {
  const { rowCount } = await database.query(
    `INSERT INTO lobml.audit_posts (day, channel) VALUES ((now() AT TIME ZONE 'UTC')::date, $1) ON CONFLICT DO NOTHING`,
    [channel],
  );
  const { rows } = await database.query(
    `SELECT day::text AS day, $1::boolean AS "isNew", ts, reserved_at AS "reservedAt",
       (day + 1)::timestamp AT TIME ZONE 'UTC' + $2::interval AS "nextAt"
     FROM lobml.audit_posts WHERE day = (now() AT TIME ZONE 'UTC')::date`,
    [rowCount === 1, AFTER_MIDNIGHT],
  );
  return dayRow.parse(rows[0]);
}
