import type { MessageRef, Report } from '../domain/report.js';

/** Slack allows about 50 updates a minute. */
export const MESSAGE_INTERVAL_MS = 1_200;

/** Posting and changing messages, one attempt a call. Whoever calls tries again. @throws Slack's error */
export interface Announcer {
  /**
   * @param key part of the message's metadata, by which `find` knows it
   * @param threadTs of the message that it answers to
   * @returns where it stands: a person's own channel has another id than the person
   */
  post(channel: string, report: Report, key: string, threadTs?: string): Promise<MessageRef>;
  /** The message of that key, where an earlier attempt posted it although its answer was lost. */
  find(channel: string, key: string, since: Date, threadTs?: string): Promise<string | undefined>;
  /** @returns false where somebody deleted the message, or it can be changed no more. */
  change(ref: MessageRef, report: Report): Promise<boolean>;
  /** Whether the same will be refused there again, and may be taken elsewhere. */
  isRefused(error: unknown): boolean;
  /** How long Slack wants to be left alone after such an error, ms. */
  waitAfter(error: unknown): number;
}
