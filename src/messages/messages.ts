import type { MessageRef } from '../domain/report.js';
import type { Database } from '../platform/platform.js';
import { subjectChanged } from './message-jobs.js';
import { insertMessage, type NewMessage, selectMessages } from './message-store.js';
import type { Subject } from './subject.js';

/** What a use case says of messages; everything else is the keeper's. */
export interface Messages {
  /** A message that was posted in a conversation is kept up to date from now on. @param at what it is older than is newer */
  keep(message: Omit<NewMessage, 'channel' | 'ts'>, ref: MessageRef, at: Date): Promise<void>;
  changed(subject: Subject): Promise<void>;
  /** Whether any message shows it. */
  areThere(subject: Subject): Promise<boolean>;
}

export function createMessages(database: Pick<Database, 'query' | 'transact'>): Messages {
  return {
    keep: (message, { channel, ts }, at) =>
      database.transact(async (client) => {
        await insertMessage(client, { ...message, channel, ts }, at);
        await subjectChanged(client, message.subject);
      }),
    changed: (subject) => subjectChanged(database, subject),
    areThere: async (subject) => (await selectMessages(database, subject)).length > 0,
  };
}
