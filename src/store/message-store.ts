import { z } from 'zod';
import { insertMessage } from './queries/insert-message.js';
import { markMessagePosted } from './queries/mark-message-posted.js';
import type { StoredMessage } from './queries/message-row.js';
import { replaceMessageTs } from './queries/replace-message-ts.js';
import { selectMessages } from './queries/select-messages.js';
import { supersedeMessages, supersedeMessagesBefore } from './queries/supersede-messages.js';
import type { Queryable } from './queryable.js';

export type { StoredMessage };

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
