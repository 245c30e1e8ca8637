import type { Queryable } from '../store/queryable.js';

/** What messages in Slack are about. */
export type SubjectKind = 'run' | 'request' | 'release' | 'training' | 'drill' | 'watch' | 'backtest';
/** One of them, by its id in the database. */
export type Subject = `${SubjectKind}:${string}`;

/**
 * To be called where something that messages show is written, within the transaction that writes it: the messages
 * follow, from whichever replica, also where this one dies right after.
 */
export type SubjectChanged = (client: Queryable, subject: Subject) => Promise<void>;
