import type { Locale } from '../domain/localized.js';
import type { Person } from '../domain/person.js';
import type { MessageRef, Modal, Report } from '../domain/report.js';
import type { SubcommandEntry } from '../domain/subcommand-entry.js';

/**
 * The port between the two surfaces (Slack, terminal) and `commands/`. A subcommand never knows on which
 * surface it runs: it talks to a `Conversation`, and both surfaces print the same value.
 */

/** What every command of a terminal takes besides its own options. */
export const GLOBAL_OPTIONS: readonly string[] = ['--json', '--help', '-h'];

/** One message that moves. Updates are sent at most every 1.2 s; the last state is always sent. */
export interface LiveMessage {
  readonly ref: MessageRef | undefined;
  update(report: Report): void;
  finish(report: Report): Promise<void>;
}

/** One person, in one place, who asked for something. */
export interface Conversation {
  readonly person: Person;
  readonly locale: Locale;
  /** The channel; empty in a terminal. */
  readonly channel: string;
  /** Posts for everybody in the channel. */
  post(report: Report): Promise<LiveMessage>;
  /** Only for this person. Not guaranteed to arrive: nothing that matters is only whispered. */
  whisper(report: Report): Promise<void>;
  /** Aborts when the person wants what goes on to end early (Ctrl-C). Only a terminal has it. */
  interrupted?(): AbortSignal;
  /** Writes one line exactly as it is, for other programs to read. Only a terminal has it. */
  writeLine?(line: string): void;
  /** Opens at once with `loading` (the trigger lives 3 s), then shows what `build` returns. Absent in a terminal. */
  openModal?(loading: Modal, build: () => Promise<Modal>): Promise<void>;
}

/** A click on a button: a conversation that knows the message it happened on, and can open a modal. */
export interface Click extends Conversation {
  readonly actionId: string;
  readonly value: string;
  readonly message: MessageRef | undefined;
  /** Posts into the thread of the message that it happened on; where there is none, like `post`. */
  reply(report: Report): Promise<LiveMessage>;
  /** Set when the click happened inside a modal: what is filled in, and a way to change what it shows. */
  readonly modal?: OpenModal;
  /** Opens at once with `loading` (the trigger lives 3 s), then shows what `build` returns. */
  openModal(loading: Modal, build: () => Promise<Modal>): Promise<void>;
}

/** The inputs of a modal: block id, action id, and the element's value as plain text (several: a list). */
export type ModalValues = Readonly<
  Record<string, Readonly<Record<string, string | readonly string[] | undefined>>>
>;

interface OpenModal {
  readonly privateMetadata: string;
  readonly values: ModalValues;
  update(modal: Modal): Promise<void>;
}

/** A modal that was submitted. Its handler answers within 2 s, and leaves slow work to `after`. */
export interface Submission extends Conversation {
  readonly callbackId: string;
  readonly privateMetadata: string;
  readonly values: ModalValues;
}

/** What becomes of a submitted modal. `after` runs once the person has been answered. */
export type SubmissionAnswer =
  /** The modal stays open; one sentence for each faulty input, by block id. */
  | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>> }
  | { readonly kind: 'update'; readonly modal: Modal; readonly after?: () => Promise<void> }
  | { readonly kind: 'close'; readonly after?: () => Promise<void> };

/** Exit codes of the terminal, after sysexits(3) where it has one. */
export const EXIT = {
  ok: 0,
  noGo: 1,
  hold: 2,
  warnings: 3,
  usage: 64,
  internal: 70,
  unavailable: 75,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a subcommand leaves behind: `json` is the whole answer of `--json`. */
export interface SubcommandResult {
  readonly exitCode: ExitCode;
  readonly json: unknown;
}

export interface Subcommand<Services> extends SubcommandEntry {
  /** Whether it may mean this strategy where no target is named; without it the default target's is meant. */
  readonly concerns?: (services: Services) => boolean;
  /** @throws UsageError for words that do not fit. */
  run(words: readonly string[], conversation: Conversation, services: Services): Promise<SubcommandResult>;
  /** The buttons that belong to it, by action id (`precheck:run_again`). */
  readonly actions?: Readonly<Record<string, (click: Click, services: Services) => Promise<void>>>;
  /** Action ids that wait for nothing, not even for the bot's database: the kill switch. */
  readonly urgent?: readonly string[];
  /** Words that make the same of what is typed, e.g. `--disable`. */
  readonly urgentWords?: readonly string[];
  /** Whether words mean it, however they are typed: they are as urgent, and it gets them whatever name stands first. */
  readonly hears?: (words: readonly string[]) => boolean;
  /** Other first words that mean it, in small letters, whichever name they are near to. */
  readonly alsoCalled?: readonly string[];
  /** The modals that belong to it, by callback id. */
  readonly submissions?: Readonly<
    Record<string, (submission: Submission, services: Services) => Promise<SubmissionAnswer>>
  >;
}
