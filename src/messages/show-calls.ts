import type { Report } from '../domain/report.js';
import type { Queryable } from '../store/queryable.js';
import type { Announcer } from './announcer.js';
import { insertMessage, noteShown, type StoredMessage, selectMessages } from './message-store.js';
import type { Subject } from './subject.js';

/** Replies that call people: a message that is only changed notifies nobody. */
export interface Calls {
  /** The role of the message that they answer to. */
  readonly inThreadOf: string;
  /** What has to be said at this moment, each once: a call that somebody deleted has been heard. */
  readonly roles: readonly string[];
}

/** Whether a message of that role is a call. */
export const isCall = (role: string): boolean => role.startsWith('call ');

interface CallOptions {
  readonly database: Queryable;
  readonly announcer: Pick<Announcer, 'post' | 'find' | 'change'>;
  readonly now: () => Date;
}

/** What brings a subject's calls up to date, one each: those that are to be made, and those that stand. */
export async function callAttempts(
  options: CallOptions,
  subject: Subject,
  { calls, render }: { readonly calls?: Calls; readonly render: (message: StoredMessage) => Report },
): Promise<readonly (() => Promise<void>)[]> {
  if (calls === undefined) return [];
  const standing = await selectMessages(options.database, subject);
  const thread = standing.find(({ role }) => role === calls.inThreadOf);
  const former = standing.filter(({ role }) => isCall(role) && !calls.roles.includes(role));
  return [
    ...calls.roles.map((role) => () => {
      const known = standing.find((message) => message.role === role);
      return call(options, { subject, role, known, thread, isDue: true, render });
    }),
    ...former.map(
      (known) => () => call(options, { subject, role: known.role, known, thread, isDue: false, render }),
    ),
  ];
}

interface Call {
  readonly subject: Subject;
  readonly role: string;
  readonly known: StoredMessage | undefined;
  readonly thread: StoredMessage | undefined;
  /** False: it is too late to make it now; one that was made is kept up to date all the same. */
  readonly isDue: boolean;
  readonly render: (message: StoredMessage) => Report;
}

async function call({ database, announcer, now }: CallOptions, one: Call): Promise<void> {
  const { subject, role, known, thread, render } = one;
  if (known?.ts !== undefined && known.ts !== null) {
    await announcer.change({ channel: known.channel, ts: known.ts }, render(known));
    return;
  }
  if (thread?.ts === undefined || thread.ts === null)
    throw new Error(`${subject} has no message to answer to`);
  const { channel, ts: threadTs } = thread;
  const message = known ?? (await insertMessage(database, { subject, role, channel }, now()));
  // Another replica was first; it, or the job that follows this one, goes on.
  if (message === undefined) throw new Error(`${subject} ${role} is being posted elsewhere`);
  // An attempt that ended between the post and its note.
  const found = known && (await announcer.find(channel, known.key, new Date(known.reservedAt), threadTs));
  if (found !== undefined) {
    await noteShown(database, message, found, channel);
    await announcer.change({ channel, ts: found }, render(message));
  } else if (one.isDue) {
    const { ts } = await announcer.post(channel, render(message), message.key, threadTs);
    await noteShown(database, message, ts, channel);
  }
}
