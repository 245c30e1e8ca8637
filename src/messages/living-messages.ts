import type { Report } from '../conversation/subcommand.js';
import type { MessageReservation, MessageStore } from './message-store.js';

export interface Messages {
  readonly messages: Pick<MessageStore, 'reserve' | 'markPosted' | 'markPostedAnew' | 'find'>;
  readonly announcer: Announcer;
  readonly now: () => Date;
}

/** Posts the message of a key, or changes it where it stands already. Where somebody deleted it, it is posted anew. */
export async function putMessage(
  { messages, announcer, now }: Messages,
  reservation: MessageReservation,
  report: Report,
): Promise<void> {
  const { key } = reservation;
  const isFirst = await messages.reserve(reservation, now());
  const known = isFirst ? undefined : await messages.find(key);
  const channel = known?.channel ?? reservation.channel;
  const ts = known && (known.ts ?? (await announcer.find(channel, key, new Date(known.reservedAt))));
  if (ts === undefined) {
    await messages.markPosted(key, await announcer.post(channel, report, key));
    return;
  }
  if (known?.ts === null) await messages.markPosted(key, ts);
  if (await announcer.change({ channel, ts }, report)) return;
  await messages.markPostedAnew(key, ts, await announcer.post(channel, report, key));
}

/** One message that cannot be shown keeps no other from its readers. @throws the first error, when all were tried. */
export async function tryEach(attempts: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const attempt of attempts) await attempt().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
/** Posting and changing messages, whoever asked. */
export interface Announcer {
  /** Posts once for each key, also when the answer of an earlier attempt was lost. @returns Slack's id in the channel */
  post(channel: string, report: Report, key: string): Promise<string>;
  /** The message of that key, where an earlier attempt posted it; undefined: none is there. */
  find(channel: string, key: string, since: Date): Promise<string | undefined>;
  /** @returns false where somebody deleted the message. */
  change(ref: { readonly channel: string; readonly ts: string }, report: Report): Promise<boolean>;
}
