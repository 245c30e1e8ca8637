import { z } from 'zod';
import { instantSchema } from '../domain/instant.js';
import { LOCALES, type Locale } from '../domain/localized.js';
import type { ValueOf } from '../domain/value-of.js';
import type { Queryable } from '../store/queryable.js';
import type { Subject } from './subject.js';

const messageRowSchema = z.object({
  key: z.string(),
  subject: z.custom<Subject>((value) => typeof value === 'string'),
  role: z.string(),
  channel: z.string(),
  /** Null until the post is known to have arrived. */
  ts: z.string().nullable(),
  /** Null: the installation's. */
  locale: z.enum(LOCALES).nullable(),
  reservedAt: instantSchema,
  supersededAt: instantSchema.nullable(),
});

/** A message that is posted once and changed later, by whichever replica. */
export type StoredMessage = ValueOf<typeof messageRowSchema>;

const MESSAGE_COLUMNS = `key, subject, role, channel, ts, locale, reserved_at AS "reservedAt",
  superseded_at AS "supersededAt"`;

const messageRowsSchema = z.array(messageRowSchema);

export interface NewMessage {
  readonly subject: Subject;
  /** Which of the subject's messages it is: one a role. */
  readonly role: string;
  readonly channel: string;
  /** Given where somebody has posted it already. */
  readonly ts?: string;
  readonly locale?: Locale;
  /** Of the messages of one series, e.g. all prechecks of a target, the newest subject's alone is no history. */
  readonly series?: string;
}

/** One key, one message: the same for every attempt to post it, and part of the message's metadata. */
const keyOf = ({ subject, role }: Pick<NewMessage, 'subject' | 'role'>): string => `${subject} ${role}`;

/** Before a post, or for a message that stands. @returns undefined where the subject has a message of that role */
export async function insertMessage(
  database: Queryable,
  message: NewMessage,
  at: Date,
): Promise<StoredMessage | undefined> {
  const { subject, role, channel, ts, locale, series } = message;
  const { rows } = await database.query(
    `INSERT INTO lobml.messages (key, subject, role, channel, ts, locale, series, reserved_at, shown_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $5::text IS NOT NULL THEN now() END)
     ON CONFLICT (key) DO NOTHING RETURNING ${MESSAGE_COLUMNS}`,
    [keyOf(message), subject, role, channel, ts ?? null, locale ?? null, series ?? null, at],
  );
  return messageRowsSchema.parse(rows)[0];
}

/**
 * Notes that a message has just been shown. Of two replicas that post it, at first or in the place of a deleted one,
 * the first one's stays the one that is looked after.
 * @param former Slack's id as it was known before
 * @param channel where it stands, if not where it was to
 */
export async function noteShown(
  database: Queryable,
  { key, ts: former }: Pick<StoredMessage, 'key' | 'ts'>,
  ts: string,
  channel?: string,
): Promise<void> {
  await database.query(
    `UPDATE lobml.messages SET ts = $3, channel = COALESCE($4, channel), shown_at = now() WHERE key = $1 AND ts IS NOT DISTINCT FROM $2`,
    [key, former, ts, channel ?? null],
  );
}

/** Every message about a subject, oldest first. */
export async function selectMessages(
  database: Queryable,
  subject: Subject,
): Promise<readonly StoredMessage[]> {
  const { rows } = await database.query(
    `SELECT ${MESSAGE_COLUMNS} FROM lobml.messages WHERE subject = $1 ORDER BY reserved_at, key`,
    [subject],
  );
  return messageRowsSchema.parse(rows);
}

/** How long the messages about a subject must be left alone, by the database's clock, ms. */
export async function selectPause(
  database: Queryable,
  subject: Subject,
  intervalMs: number,
): Promise<number> {
  const { rows } = await database.query<{ ms: number }>(
    `SELECT greatest(0, $2 - 1000 * extract(epoch FROM now() - max(shown_at)))::double precision AS ms
     FROM lobml.messages WHERE subject = $1`,
    [subject, intervalMs],
  );
  return rows[0]?.ms ?? 0;
}

/**
 * Marks the posted messages of a series that are older than a moment, in every channel, and returns them. Each is handed
 * out once, also when two replicas ask at the same time.
 */
export async function supersedeMessages(
  database: Queryable,
  { series, before }: { readonly series: string; readonly before: Date },
  now: Date,
): Promise<readonly StoredMessage[]> {
  const { rows } = await database.query(
    `UPDATE lobml.messages SET superseded_at = $3
     WHERE superseded_at IS NULL AND ts IS NOT NULL AND series = $1 AND reserved_at < $2
     RETURNING ${MESSAGE_COLUMNS}`,
    [series, before, now],
  );
  return messageRowsSchema.parse(rows);
}
