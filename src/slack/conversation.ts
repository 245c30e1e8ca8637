import { UserError } from '../conversation/errors.js';
import type { Conversation, LiveMessage } from '../conversation/subcommand.js';
import type { Locale } from '../domain/localized.js';
import type { Person } from '../domain/person.js';
import type { Modal, Report } from '../domain/report.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import type { SlackClients } from './clients.js';
import { classifyFailure, isChannelRefusal } from './failure.js';
import { SlackLiveMessage } from './live-message.js';
import { type ModalClient, openModal } from './modal.js';
import type { Poster, PostTarget } from './poster.js';
import { truncateToBytes } from './report-payload.js';
import type { ResponseUrl } from './response-url.js';

/** How long `post` waits for Slack before the work goes on without a message. */
const POST_TIMEOUT_MS = 2_000;

export interface ConversationParts {
  readonly poster: Poster;
  readonly ephemeral: Pick<SlackClients['posting']['chat'], 'postEphemeral' | 'postMessage'>;
  readonly modals: ModalClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly locale: Locale;
  /** What a person is told about an error; logs it where it is not theirs. */
  readonly describe: (error: unknown) => Report;
}

/** Who acted, and where. */
export interface Place {
  readonly person: Person;
  /** Empty on the Home and in a modal that was opened from it. */
  readonly channel: string;
  readonly threadTs?: string | undefined;
  /** The message that was clicked on. */
  readonly messageTs?: string | undefined;
  readonly triggerId?: string | undefined;
  readonly insideViewId?: string | undefined;
  readonly responseUrl: ResponseUrl;
}

/**
 * Posts a message that moves. Waits for Slack a little, then the work goes on without it.
 * @throws UserError where the bot is not in the channel; Slack's error.
 */
export async function postLive(
  { poster, clock, logger }: Pick<ConversationParts, 'poster' | 'clock' | 'logger'>,
  target: PostTarget,
  report: Report,
): Promise<LiveMessage> {
  const message = new SlackLiveMessage({ poster, clock, logger, target });
  message.update(report);
  const timer = new AbortController();
  try {
    await Promise.race([
      message.settled(),
      clock.sleep(POST_TIMEOUT_MS, timer.signal).catch(() => undefined),
    ]);
  } catch (error) {
    if (!isChannelRefusal(classifyFailure(error))) throw error;
    throw new UserError('not_in_channel', { channel: target.channel }, { cause: error });
  } finally {
    timer.abort();
  }
  return message;
}

/** A conversation in Slack; where there is no channel, it takes place in the person's direct messages. */
export function createConversation(parts: ConversationParts, place: Place) {
  const { clock, logger, locale } = parts;
  const target: PostTarget = { channel: place.channel || place.person.id, threadTs: place.threadTs };
  const postAt = (at: PostTarget) => (report: Report) =>
    postLive({ poster: parts.poster, clock, logger }, at, report);
  const post = postAt(target);
  const reply = postAt({ ...target, threadTs: place.threadTs ?? place.messageTs });

  async function whisper(report: Report): Promise<void> {
    if (await place.responseUrl.reply(report)) return;
    const content = { text: truncateToBytes(report.text), blocks: [...report.blocks] as never[] };
    try {
      if (place.channel === '') throw new Error('there is no channel to whisper in');
      const thread = place.threadTs === undefined ? {} : { thread_ts: place.threadTs };
      await parts.ephemeral.postEphemeral({
        channel: place.channel,
        user: place.person.id,
        ...thread,
        ...content,
      });
    } catch {
      await parts.ephemeral.postMessage({ channel: place.person.id, ...content });
    }
  }

  const conversation: Conversation = { person: place.person, locale, channel: place.channel, post, whisper };
  const { triggerId, insideViewId } = place;
  const open = (loading: Modal, build: () => Promise<Modal>) => {
    if (triggerId === undefined) throw new Error('a modal needs a trigger, and this delivery has none');
    const buildOrExplain = () =>
      build().catch((error: unknown): Modal => {
        const { submit: _submit, ...shown } = loading;
        return { ...shown, blocks: parts.describe(error).blocks };
      });
    return openModal(parts.modals, { triggerId, insideViewId }, loading, buildOrExplain);
  };
  return { ...conversation, reply, openModal: open };
}
