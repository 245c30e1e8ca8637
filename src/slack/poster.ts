import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import type { MessageRef, Report } from '../domain/report.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import type { SlackClients } from './clients.js';
import { classifyFailure, isBlockRefusal } from './failure.js';
import type { Pace } from './pace.js';
import { blocksOf, simplify, truncateToBytes } from './report-payload.js';

/** The Web API methods that posting needs. */
interface PostingClient {
  readonly chat: Pick<SlackClients['posting']['chat'], 'postMessage' | 'update'>;
  readonly conversations: Pick<SlackClients['posting']['conversations'], 'history' | 'replies'>;
}

interface PosterOptions {
  readonly client: PostingClient;
  readonly clock: Clock;
  /** A short text that never comes twice. */
  readonly newKey: () => string;
  readonly logger: Logger;
  /** Waited for before each call that writes: a halt goes first. */
  readonly yieldToHalt: () => Promise<void>;
  /** Shared by every poster of the bot. */
  readonly pace: Pace;
  /** Belongs to a halt. */
  readonly isUrgent: boolean;
}

export interface PostTarget {
  /** A channel, or a person's id for a direct message. */
  readonly channel: string;
  readonly threadTs?: string | undefined;
  /** Made only for lack of another post: repeated that much later than it, and no more once it is not needed. */
  readonly spare?: { isNeeded(): boolean; readonly lagMs: number } | undefined;
}

export interface Poster {
  /**
   * Posts exactly once: a call whose outcome is unclear is looked for before it is repeated.
   * @throws Slack's error when it refuses, or after `POST_DEADLINE_MS` of trying.
   */
  post(target: PostTarget, report: Report): Promise<MessageRef>;
  /** One attempt to post; `find` knows it by the key. @throws Slack's error. */
  postOnce(target: PostTarget, report: Report, key: string): Promise<MessageRef>;
  /** One attempt to replace a message. @throws Slack's error. */
  update(ref: MessageRef, report: Report): Promise<void>;
  /** The message posted there since then (ms) that carries this delivery key. @throws Slack's error. */
  find(target: PostTarget, key: string, sinceMs: number): Promise<MessageRef | undefined>;
}

/** The name in the metadata by which a message is found again. A caller that wants to find it sets it itself. */
export const DELIVERY_KEY = 'delivery_key';
export const POST_DEADLINE_MS = 120_000;
const BACKOFF_MS = [300, 1_000, 3_000, 6_000, 10_000];
/** Slack's clock and ours may differ by that much. */
const CLOCK_SKEW_MS = 120_000;

const withMetadata = z.object({ metadata: z.object({ event_payload: z.record(z.string(), z.unknown()) }) });

export function createPoster(options: PosterOptions): Poster {
  const { client, clock, logger, pace } = options;

  async function post(target: PostTarget, report: Report): Promise<MessageRef> {
    const startedAt = clock.now();
    const key = report.metadata?.event_payload[DELIVERY_KEY] ?? options.newKey();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await postOnce(target, report, key);
      } catch (error) {
        const waitMs = waitMsAfter(error, attempt, startedAt);
        const failure = classifyFailure(error).kind;
        logger.warn({ channel: target.channel, failure, waitMs }, 'a post failed and will be repeated');
        await clock.sleep(waitMs + (target.spare?.lagMs ?? 0));
        const posted = failure === 'unclear' ? await lookUntil(target, key, startedAt) : undefined;
        if (posted) return posted;
        if (target.spare?.isNeeded() === false) throw error;
      }
    }
  }

  function postOnce(target: PostTarget, report: Report, key: string): Promise<MessageRef> {
    return simplerIfRefused(options, target.channel, report, async (content) => {
      const message = {
        channel: target.channel,
        ...(target.threadTs === undefined ? {} : { thread_ts: target.threadTs }),
        ...content,
        metadata: metadataOf(report, key),
        unfurl_links: false,
        unfurl_media: false,
      };
      // Slack counts posts by channel.
      const answer = await pace.ask(`post ${target.channel}`, options, () =>
        client.chat.postMessage(message),
      );
      return { channel: answer.channel ?? target.channel, ts: answer.ts ?? '' };
    });
  }

  /** @throws the error itself where trying again is of no use, or too late */
  function waitMsAfter(error: unknown, attempt: number, startedAt: number): number {
    const failure = classifyFailure(error);
    const waitMs = failure.kind === 'rate_limited' ? failure.retryAfterMs : backoffMs(attempt);
    const isLate = clock.now() + waitMs > startedAt + POST_DEADLINE_MS;
    if (failure.kind === 'refused' || isLate) throw error;
    return waitMs;
  }

  /** Until Slack says whether the message stands, or it is too late; without the scope the answer is "no". */
  async function lookUntil(
    target: PostTarget,
    key: string,
    startedAt: number,
  ): Promise<MessageRef | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await find(target, key, startedAt);
      } catch (error) {
        if (classifyFailure(error).kind === 'refused') {
          const { channel } = target;
          logger.warn({ err: error, channel }, 'cannot look for the message: it may appear twice');
          return undefined;
        }
        await clock.sleep(waitMsAfter(error, attempt, startedAt));
      }
    }
  }

  async function find({ channel, threadTs }: PostTarget, key: string, sinceMs: number) {
    const oldest = ((sinceMs - CLOCK_SKEW_MS) / 1_000).toFixed(6);
    const range = { channel, oldest, limit: 100, include_all_metadata: true };
    const page = threadTs
      ? await client.conversations.replies({ ...range, ts: threadTs })
      : await client.conversations.history(range);
    const found = page.messages?.find((message) => payloadOf(message)[DELIVERY_KEY] === key);
    return found?.ts === undefined ? undefined : { channel, ts: found.ts };
  }

  async function update(ref: MessageRef, report: Report): Promise<void> {
    const { metadata } = report;
    if (!options.isUrgent) pace.standBack();
    await simplerIfRefused(options, ref.channel, report, async (content) => {
      const message = { ...ref, ...content, ...(metadata === undefined ? {} : { metadata }) };
      await pace.ask('update', options, () => client.chat.update(message));
    });
  }

  return { post, postOnce, update, find };
}

interface Content {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** One call, and one more with less where Slack refuses the blocks. */
async function simplerIfRefused<T>(
  options: Pick<PosterOptions, 'yieldToHalt' | 'newKey' | 'logger'>,
  channel: string,
  report: Report,
  send: (content: Content) => Promise<T>,
): Promise<T> {
  await options.yieldToHalt();
  try {
    return await send({ text: truncateToBytes(report.text), blocks: blocksOf(report, options.newKey()) });
  } catch (error) {
    const simpler = isBlockRefusal(classifyFailure(error)) ? simplify(report) : undefined;
    if (simpler === undefined) throw error;
    options.logger.error({ err: error, channel }, 'Slack refused the blocks; sending a simpler message');
    return simplerIfRefused(options, channel, simpler, send);
  }
}

function metadataOf(report: Report, key: string) {
  return {
    event_type: report.metadata?.event_type ?? 'lobml_report',
    event_payload: { ...report.metadata?.event_payload, [DELIVERY_KEY]: key },
  };
}

function payloadOf(message: { metadata?: unknown }): Record<string, unknown> {
  const parsed = withMetadata.safeParse(message);
  return parsed.success ? parsed.data.metadata.event_payload : {};
}

export function backoffMs(attempt: number): number {
  return BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 0;
}
