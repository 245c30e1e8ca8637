import type { Report } from '../domain/report.js';
import type { Queryable } from '../store/queryable.js';
import type { Transact } from '../store/transaction.js';
import type { Logger } from '../telemetry/logger.js';
import type { Task } from '../worker/task.js';
import { type Announcer, MESSAGE_INTERVAL_MS } from './announcer.js';
import { lookAgain, lookAt, messagePayload } from './message-jobs.js';
import {
  insertMessage,
  type NewMessage,
  noteShown,
  type StoredMessage,
  selectMessages,
  selectPause,
  supersedeMessages,
} from './message-store.js';
import { type Calls, callAttempts, isCall } from './show-calls.js';
import type { Subject, SubjectChanged, SubjectKind } from './subject.js';

interface OwedMessage extends Pick<NewMessage, 'role' | 'channel'> {
  /** Channels, and people, that get it instead where Slack refuses it: in this order. */
  readonly elsewhere?: readonly string[];
}

/** A subject as its messages show it now. */
export interface SubjectState {
  /** What must stand, the loud ones first: posted where it is missing, and anew where somebody deleted it. */
  readonly owed: readonly OwedMessage[];
  readonly render: (message: StoredMessage) => Report;
  /** It may still change, or be acted upon through its messages. */
  readonly lives: boolean;
  /** When its messages read differently although nothing changes; not where that moment has passed. */
  readonly changesAt?: Date;
  /** Replies to one of them that call people. */
  readonly calls?: Calls;
  /** Messages of the series that are older say that a newer one exists. */
  readonly supersedes?: { readonly series: string; readonly before: Date };
}

/** How each kind of subject is read from the database. undefined: it is gone. */
export type MessageTable = Readonly<
  Record<SubjectKind, (id: string, standing: readonly StoredMessage[]) => Promise<SubjectState | undefined>>
>;

interface MessageKeeperOptions {
  readonly database: Queryable;
  readonly transact: Transact;
  readonly table: MessageTable;
  readonly announcer: Announcer;
  readonly subjectChanged: SubjectChanged;
  /** Something has changed that is shown elsewhere, too. */
  readonly onChange?: (kind: SubjectKind) => void;
  readonly now: () => Date;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

export interface MessageKeeper {
  /** Brings every message about a subject up to date, and posts those that are missing. @throws Slack's error */
  show(subject: Subject): Promise<void>;
  /** The same as durable work: at most every 1.2 s a message, and until the last state stands. */
  readonly task: Task;
}

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** Nobody waits for what is over: its last state is owed, and not urgent. */
const MAX_RETRY_AFTER_END_MS = 600_000;
/** A good day. */
const MAX_FAILURES_AFTER_END = 150;

/** The one keeper of what stands in Slack: it renders from the database, whoever changed something there. */
export function createMessageKeeper(options: MessageKeeperOptions): MessageKeeper {
  const { database, announcer, onChange, logger } = options;
  return {
    async show(subject) {
      const { error } = await showAll(options, subject);
      if (error !== undefined) throw error;
    },
    async task(payload, call) {
      const { subject, failures } = messagePayload.parse(payload);
      const pauseMs = await selectPause(database, subject, MESSAGE_INTERVAL_MS);
      if (pauseMs > 0) return lookAgain(database, { subject, failures }, pauseMs);
      if (failures === 0) onChange?.(kindOf(subject));
      const { error, lives } = await showAll(options, subject);
      if (error === undefined) return undefined;
      call.lost.throwIfAborted();
      if (!lives && failures >= MAX_FAILURES_AFTER_END) {
        logger.error({ err: error, subject }, 'a message stays as it was');
        return undefined;
      }
      logger.warn({ err: error, subject }, 'a message could not be brought up to date; trying again');
      const mostMs = lives ? MAX_RETRY_MS : MAX_RETRY_AFTER_END_MS;
      const waitMs = Math.min(mostMs, FIRST_RETRY_MS * 2 ** Math.min(failures, 20));
      const askedMs = Math.min(announcer.waitAfter(error), MAX_RETRY_MS);
      return lookAgain(database, { subject, failures: failures + 1 }, Math.max(waitMs, askedMs));
    },
  };
}

const kindOf = (subject: Subject): SubjectKind => subject.slice(0, subject.indexOf(':')) as SubjectKind;

/** One message that cannot be shown keeps no other from its readers. @returns the first error of them */
async function showAll(
  options: MessageKeeperOptions,
  subject: Subject,
): Promise<{ readonly lives: boolean; readonly error?: unknown }> {
  const { database, table } = options;
  const id = subject.slice(subject.indexOf(':') + 1);
  let lives = true;
  const failures: unknown[] = [];
  try {
    const state = await table[kindOf(subject)](id, await selectMessages(database, subject));
    if (state === undefined) return { lives: false };
    lives = state.lives;
    if (state.changesAt !== undefined) await lookAt(database, subject, state.changesAt);
    if (state.supersedes !== undefined) await supersede(options, subject, state.supersedes);
    const standing = await selectMessages(database, subject);
    const others = standing.filter(
      ({ role }) => !isCall(role) && !state.owed.some((owed) => owed.role === role),
    );
    const attempts = [
      ...state.owed.map((owed) => () => showOwed(options, { ...owed, subject }, standing, state)),
      ...others.map((message) => () => change(options, message, state)),
    ];
    for (const attempt of attempts) await attempt().catch((error: unknown) => failures.push(error));
    for (const attempt of await callAttempts(options, subject, state))
      await attempt().catch((error: unknown) => failures.push(error));
  } catch (error) {
    failures.push(error);
  }
  return { lives, error: failures[0] };
}

/** Older messages are marked together with the jobs that change them: none is forgotten. */
async function supersede(
  { transact, subjectChanged, now }: MessageKeeperOptions,
  subject: Subject,
  older: { readonly series: string; readonly before: Date },
): Promise<void> {
  await transact(async (client) => {
    const marked = await supersedeMessages(client, older, now());
    const subjects = new Set(marked.map((message) => message.subject));
    subjects.delete(subject);
    for (const one of subjects) await subjectChanged(client, one);
  });
}

/** @returns whether it stands there now. */
async function change(
  { announcer, database }: MessageKeeperOptions,
  message: StoredMessage,
  state: SubjectState,
  ts = message.ts,
): Promise<boolean> {
  if (ts === null) return false;
  if (!(await announcer.change({ channel: message.channel, ts }, state.render(message)))) return false;
  await noteShown(database, message, ts);
  return true;
}

async function showOwed(
  options: MessageKeeperOptions,
  { elsewhere = [], ...owed }: NewMessage & OwedMessage,
  standing: readonly StoredMessage[],
  state: SubjectState,
): Promise<void> {
  const { announcer, database, now } = options;
  const known = standing.find(({ role }) => role === owed.role);
  const message = known ?? (await insertMessage(database, owed, now()));
  // Another replica was first; it, or the job that follows this one, brings the message up to date.
  if (message === undefined) throw new Error(`${owed.subject} ${owed.role} is being posted elsewhere`);
  if (await change(options, message, state)) return;
  const { channel, key, reservedAt } = message;
  // Not there, or deleted; or it was posted (anew) and the answer was lost.
  const found = known && (await announcer.find(channel, key, new Date(reservedAt)));
  if (found !== undefined && (await change(options, message, state, found))) return;
  const places = [...new Set([channel, owed.channel, ...elsewhere])];
  for (const [index, place] of places.entries()) {
    try {
      const { ts, channel: taken } = await announcer.post(place, state.render(message), key);
      return await noteShown(database, message, ts, taken);
    } catch (error) {
      if (!announcer.isRefused(error) || index === places.length - 1) throw error;
    }
  }
}
