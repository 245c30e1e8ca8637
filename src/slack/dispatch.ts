import type { z } from 'zod';
import { UserError } from '../conversation/errors.js';
import type { Conversation, Subcommand, Submission, SubmissionAnswer } from '../conversation/subcommand.js';
import { splitWords, wordsOfAnyLine } from '../conversation/words.js';
import { TYPED_ACTION, type UnknownSubcommand, unknownSubcommand } from '../domain/unknown-subcommand.js';
import { COMMAND } from './command-name.js';
import { type ConversationParts, createConversation, type Place } from './conversation.js';
import {
  actionValue,
  type ClickBody,
  commandBody,
  type mention,
  nameOf,
  type submissionBody,
} from './interaction.js';
import { modalValues, updateModal } from './modal.js';
import type { DescribeProblem, ProblemContext } from './problem.js';
import type { ResponseUrl } from './response-url.js';
import type { ActionEntry, SubcommandIndex } from './subcommand-index.js';

interface DispatchOptions<Services> {
  readonly index: SubcommandIndex<Services>;
  readonly services: Services;
  /** What to tell somebody whose subcommand does not exist. */
  readonly onUnknown: (unknown: UnknownSubcommand, conversation: Conversation) => Promise<void>;
  /** How to talk to Slack; the urgent ones have their own connection. */
  readonly parts: (urgent: boolean) => Omit<ConversationParts, 'describe'>;
  readonly responseUrl: (url: string | undefined) => ResponseUrl;
  readonly describe: DescribeProblem;
}

/** A button whose click only opens an address; Slack delivers it all the same. */
const LINK_ACTION = /^link(:|$)/;

/** From a delivery to the subcommand that it belongs to, and from an error to the person. */
export class Dispatch<Services> {
  readonly #options: DispatchOptions<Services>;

  constructor(options: DispatchOptions<Services>) {
    this.#options = options;
  }

  async command(raw: unknown): Promise<void> {
    const body = commandBody.parse(raw);
    await this.#typed(body.text, {
      person: { id: body.user_id, name: body.user_name || body.user_id, surface: 'slack' },
      channel: body.channel_id,
      triggerId: body.trigger_id,
      responseUrl: this.#options.responseUrl(body.response_url),
    });
  }

  /** `@lobml status` works where slash commands do not: inside threads. */
  async mention(event: z.output<typeof mention>): Promise<void> {
    await this.#typed(withoutMentions(event.text), {
      person: { id: event.user, name: event.user, surface: 'slack' },
      channel: event.channel,
      threadTs: event.thread_ts,
      responseUrl: this.#options.responseUrl(undefined),
    });
  }

  /** Whether what was typed must wait for nothing. */
  isUrgent(text: string): boolean {
    const { subcommand, words } = this.#meant(text);
    const { urgentWords = [], hears } = subcommand ?? {};
    return words.some((word) => urgentWords.includes(word)) || (hears?.(words) ?? false);
  }

  /** What was typed after the name; all of it where the name is not the first word. */
  #meant(text: string) {
    const { index } = this.#options;
    const said = wordsOfAnyLine(text);
    const words = MENTION.test(said[0] ?? '') ? said.slice(1) : said;
    // Who says nothing wants to know how it stands.
    const [name = 'status', ...others] = words;
    const named = index.subcommand(name);
    const heard = named ?? index.heard(words);
    return { name, subcommand: heard, words: named === undefined ? words : others };
  }

  async #typed(text: string, place: Place): Promise<void> {
    const { name, usage } = this.#about(text);
    const work = `${COMMAND} ${name}`;
    const conversation = this.conversation(place, { work, usage }, this.isUrgent(text));
    await this.#orExplain(conversation, { work, usage }, () => this.#runTyped(text, conversation));
  }

  #about(text: string) {
    const { name, subcommand } = this.#meant(text);
    return { name, usage: subcommand && usageOf(subcommand) };
  }

  async #runTyped(text: string, conversation: Conversation): Promise<void> {
    const { index, services, onUnknown } = this.#options;
    const { name, subcommand, words } = this.#meant(text);
    if (subcommand === undefined)
      return onUnknown(unknownSubcommand([name, ...words.slice(1)], index.names), conversation);
    // A quote that is not closed keeps no halt waiting; elsewhere it is told.
    if (subcommand.hears === undefined) splitWords(text);
    await subcommand.run(words, conversation, services);
  }

  async click(body: ClickBody, entry: ActionEntry<Services> | undefined): Promise<void> {
    const action = body.actions[0];
    if (action === undefined || LINK_ACTION.test(action.action_id)) return;
    const conversation = this.conversation(
      this.#placeOf(body),
      { work: action.action_id },
      entry?.urgent ?? false,
    );
    await this.#orExplain(conversation, { work: action.action_id }, async () => {
      if (entry === undefined) throw new UserError('unknown_modal', {});
      await entry.run({ ...conversation, ...this.#clickOf(body) }, this.#options.services);
    });
  }

  /** What a click calls; undefined: nothing that this version of the bot knows. */
  action(body: ClickBody): ActionEntry<Services> | undefined {
    const action = body.actions[0];
    if (action?.action_id !== TYPED_ACTION) return this.#options.index.action(action?.action_id ?? '');
    // What was probably meant, as if it had been typed.
    const text = actionValue(action);
    return {
      subcommand: this.#about(text).name,
      urgent: this.isUrgent(text),
      run: (click) => this.#runTyped(text, click),
    };
  }

  /** Who submits, and what takes it. */
  submission(body: z.output<typeof submissionBody>) {
    const { index, services, responseUrl } = this.#options;
    const place: Place = {
      person: { id: body.user.id, name: nameOf(body.user), surface: 'slack' },
      channel: '',
      triggerId: body.trigger_id,
      responseUrl: responseUrl(undefined),
    };
    const entry = index.submission(body.view.callback_id);
    const handle = async (submission: Submission): Promise<SubmissionAnswer> => {
      if (entry !== undefined) return await entry.run(submission, services);
      throw new UserError('unknown_modal', {});
    };
    return { conversation: this.conversation(place, { work: body.view.callback_id }), handle };
  }

  #clickOf(body: ClickBody) {
    const { modals } = this.#options.parts(false);
    const [action] = body.actions;
    const { view, channel, message, container } = body;
    const ts = message?.ts ?? container?.message_ts;
    const channelId = channel?.id ?? container?.channel_id;
    const modal = view?.type === 'modal' && {
      privateMetadata: view.private_metadata,
      values: modalValues(view.state?.values),
      update: (next: Parameters<typeof updateModal>[2]) => updateModal(modals, view.id, next),
    };
    return {
      actionId: action?.action_id ?? '',
      value: action === undefined ? '' : actionValue(action),
      message: ts && channelId ? { channel: channelId, ts } : undefined,
      ...(modal ? { modal } : {}),
    };
  }

  #placeOf(body: ClickBody): Place {
    return {
      person: { id: body.user.id, name: nameOf(body.user), surface: 'slack' },
      channel: body.channel?.id ?? body.container?.channel_id ?? '',
      threadTs: body.message?.thread_ts,
      messageTs: body.message?.ts,
      triggerId: body.trigger_id,
      insideViewId: body.view?.type === 'modal' ? body.view.id : undefined,
      responseUrl: this.#options.responseUrl(body.response_url),
    };
  }

  conversation(place: Place, context: Omit<ProblemContext, 'user'>, urgent = false) {
    const { parts, describe } = this.#options;
    const user = place.person.id;
    return createConversation(
      { ...parts(urgent), describe: (error) => describe(error, { ...context, user }) },
      place,
    );
  }

  async #orExplain(
    conversation: Conversation,
    context: Omit<ProblemContext, 'user'>,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      await conversation.whisper(this.#options.describe(error, { ...context, user: conversation.person.id }));
    }
  }
}

/** What was typed after the bot's name. */
export const withoutMentions = (text: string): string => text.replace(/<@[^<>]+>/g, ' ');

const MENTION = /^<@[^<>]+>$/;

function usageOf<Services>(subcommand: Subcommand<Services>): string {
  return [COMMAND, subcommand.name, subcommand.usage].filter(Boolean).join(' ');
}
