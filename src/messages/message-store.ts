import { z } from 'zod';
import type { ValueOf } from '../domain/value-of.js';
import { instantSchema } from '../store/instant.js';
import type { Queryable } from '../store/queryable.js';

const messageRowSchema = z.object({
  key: z.string(),
  subject: z.string(),
  channel: z.string(),
  /** Null until the post is known to have arrived. */
  ts: z.string().nullable(),
  runId: z.uuid().nullable(),
  reservedAt: instantSchema,
  supersededAt: instantSchema.nullable(),
});

export type StoredMessage = ValueOf<typeof messageRowSchema>;

const MESSAGE_COLUMNS = `key, subject, channel, ts, run_id AS "runId", reserved_at AS "reservedAt",
  superseded_at AS "supersededAt"`;

const messageRowsSchema = z.array(messageRowSchema);

export interface MessageReservation {
  /** One key, one message: the same for every attempt to post it, and part of the message's metadata. */
  readonly key: string;
  /** What it is about, e.g. `precheck crypto_lob_ml live`. */
  readonly subject: string;
  readonly channel: string;
  readonly runId?: string;
}

/** Messages that are posted once and changed later, by whichever replica. */
export interface MessageStore {
  /**
   * Before posting. True for the first; false means that the post was tried before: look for it (here, then in
   * Slack by its metadata) instead of posting again.
   */
  reserve(reservation: MessageReservation, now: Date): Promise<boolean>;
  /** After posting, or after finding it again. @param ts Slack's id within the channel */
  markPosted(key: string, ts: string): Promise<void>;
  /** After a post in the place of one that somebody deleted. @param formerTs the deleted one */
  markPostedAnew(key: string, formerTs: string, ts: string): Promise<void>;
  find(key: string): Promise<StoredMessage | undefined>;
  /** Every message that shows a run. */
  ofRun(runId: string): Promise<readonly StoredMessage[]>;
  /** Every copy of a message about something that is not a run, e.g. a request. */
  ofSubject(subject: string): Promise<readonly StoredMessage[]>;
  /**
   * Marks all but the newest message on the subject of `key`, in every channel, and hands them out to be changed: also
   * `key` itself, where a newer one was posted first. Each message is handed out once, also when two replicas ask at
   * the same time.
   */
  supersedeOlder(key: string, now: Date): Promise<readonly StoredMessage[]>;
  /** The same for what is older than a moment: where the newer one is no message, e.g. a run of a terminal. */
  supersedeBefore(subject: string, before: Date, now: Date): Promise<readonly StoredMessage[]>;
}

export function createMessageStore(database: Queryable): MessageStore {
  return {
    reserve: (reservation, now) => insertMessage(database, reservation, now),
    markPosted: (key, ts) => markMessagePosted(database, key, ts),
    markPostedAnew: (key, formerTs, ts) => replaceMessageTs(database, key, formerTs, ts),
    find: async (key) => (await selectMessages(database, { column: 'key', value: key }))[0],
    ofRun: async (runId) =>
      z.uuid().safeParse(runId).success ? selectMessages(database, { column: 'run_id', value: runId }) : [],
    ofSubject: (subject) => selectMessages(database, { column: 'subject', value: subject }),
    supersedeOlder: (key, now) => supersedeMessages(database, key, now),
    supersedeBefore: (subject, before, now) => supersedeMessagesBefore(database, { subject, before }, now),
  };
}

/** True where the key is new. */
async function insertMessage(
  database: Queryable,
  { key, subject, channel, runId }: MessageReservation,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO lobml.messages (key, subject, channel, run_id, reserved_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (key) DO NOTHING`,
    [key, subject, channel, runId ?? null, now],
  );
  return rowCount === 1;
}

/** The first id stays: a second copy of the message is not the one that is looked after. */
async function markMessagePosted(database: Queryable, key: string, ts: string): Promise<void> {
  await database.query('UPDATE lobml.messages SET ts = $2 WHERE key = $1 AND ts IS NULL', [key, ts]);
}

/** Of two replicas that post a deleted message anew, the first one's stays. */
async function replaceMessageTs(
  database: Queryable,
  key: string,
  formerTs: string,
  ts: string,
): Promise<void> {
  await database.query('UPDATE lobml.messages SET ts = $3 WHERE key = $1 AND ts = $2', [key, formerTs, ts]);
}

/** Oldest first. */
async function selectMessages(
  database: Queryable,
  by: { readonly column: 'key' | 'run_id' | 'subject'; readonly value: string },
): Promise<readonly StoredMessage[]> {
  const { rows } = await database.query(
    `SELECT ${MESSAGE_COLUMNS} FROM lobml.messages WHERE ${by.column} = $1 ORDER BY reserved_at, key`,
    [by.value],
  );
  return messageRowsSchema.parse(rows);
}

/**
 * Marks all but the newest message on the subject of `key`, in every channel, and returns those that this call marked.
 * A message that is not known to have been posted is left to the call that follows its post.
 */
async function supersedeMessages(
  database: Queryable,
  key: string,
  now: Date,
): Promise<readonly StoredMessage[]> {
  const { rows } = await database.query(
    `UPDATE lobml.messages SET superseded_at = $2
     WHERE superseded_at IS NULL AND ts IS NOT NULL AND subject = (
         SELECT newer.subject FROM lobml.messages newer WHERE newer.key = $1)
       AND (reserved_at, key) < (
         SELECT newest.reserved_at, newest.key FROM lobml.messages newest, lobml.messages mine
         WHERE mine.key = $1 AND newest.subject = mine.subject
           AND newest.superseded_at IS NULL AND newest.ts IS NOT NULL
         ORDER BY newest.reserved_at DESC, newest.key DESC LIMIT 1)
     RETURNING ${MESSAGE_COLUMNS}`,
    [key, now],
  );
  return messageRowsSchema.parse(rows);
}

/** Marks the posted messages on a subject that are older than a moment, and returns those that this call marked. */
async function supersedeMessagesBefore(
  database: Queryable,
  { subject, before }: { readonly subject: string; readonly before: Date },
  now: Date,
): Promise<readonly StoredMessage[]> {
  const { rows } = await database.query(
    `UPDATE lobml.messages SET superseded_at = $3
     WHERE superseded_at IS NULL AND ts IS NOT NULL AND subject = $1 AND reserved_at < $2
     RETURNING ${MESSAGE_COLUMNS}`,
    [subject, before, now],
  );
  return messageRowsSchema.parse(rows);
}
