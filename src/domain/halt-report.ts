import type { CommandsByHand } from './commands-by-hand.js';
import type { Halt } from './halt.js';
import type { Locale } from './localized.js';

export interface HaltReportOptions {
  readonly locale: Locale;
  readonly commands: ReadonlyMap<string, CommandsByHand>;
  /** The operators as mentions, where they must be called. */
  readonly alarm?: string;
  /** RFC 3339: when the message told the end, where that was long after it. */
  readonly lateAt?: string | undefined;
  /** Where nobody runs it after a halt. */
  readonly section4?: 'not_run';
}

/** A halt among others, with what a person types where it is not proved. */
export interface HaltOfAll {
  readonly halt: Halt;
  readonly commands: ReadonlyMap<string, CommandsByHand>;
}

export interface HaltAllReportOptions {
  readonly locale: Locale;
  /** RFC 3339: when the message told the end, where that was long after it. */
  readonly lateAt?: string | undefined;
}
