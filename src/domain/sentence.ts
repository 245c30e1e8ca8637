import type { DatabaseFaultOf } from './database-fault.js';
import type { DoctorFacts } from './doctor-sentence.js';
import type { FileFaultFacts } from './file-fault.js';
import type { HostFault } from './host-fault.js';
import type { Locale } from './localized.js';
import type { SystemFault } from './system-fault.js';
import type { VariableFacts } from './variable-sentence.js';

/**
 * What a person is told, as a code of a closed list with the facts that the sentence names. `views/text` holds the
 * sentence of each code, in each language; facts never hold a secret.
 */
export interface SentenceFacts
  extends UsageFacts,
    UserFaultFacts,
    SurfaceFacts,
    DoctorFacts,
    VariableFacts,
    FileFaultFacts {}

export type Sentence = { [C in keyof SentenceFacts]: SentenceOf<C> }[keyof SentenceFacts];

/** What is wrong in the configuration: in a file that people write, or in the environment. */
type ConfigurationFaultCode = keyof FileFaultFacts | keyof VariableFacts;
export type ConfigurationSentence = Extract<Sentence, { readonly code: ConfigurationFaultCode }>;

export interface SentenceOf<C extends keyof SentenceFacts> {
  readonly code: C;
  readonly facts: SentenceFacts[C];
}

/** The sentences of a list, in one language. */
export type Sentences<Facts> = { readonly [C in keyof Facts]: (facts: Facts[C]) => string };

/** Writes a sentence. The views do it; `main.ts` hands it to whatever speaks to people. */
export type Say = <C extends keyof SentenceFacts>(sentence: SentenceOf<C>, locale: Locale) => string;

/** For codes that say it all. */
type NoFacts = Readonly<Record<never, never>>;

/** Words that do not fit a subcommand. */
export interface UsageFacts {
  audit_words: NoFacts;
  evidence_words: NoFacts;
  backtest_days: { readonly most: number };
  backtest_every: { readonly leastSecs: number; readonly mostDays: number };
  csv_in_slack: NoFacts;
  backtest_moments: { readonly most: number };
  flag_needs_value: { readonly flag: string };
  flag_twice: { readonly flag: string };
  halt_id_missing: NoFacts;
  history_id_missing: { readonly flag: string };
  horizon_missing: { readonly known: string };
  /** Several strategies may be meant. */
  which_target: { readonly known: string };
  lock_duration: { readonly duration: string };
  lock_reason_missing: NoFacts;
  lock_target_missing: { readonly known: string };
  not_a_pair: { readonly pair: string };
  /** The runbook's parameter holds something of another kind. */
  parameter_kind: { readonly name: string; readonly known: string; readonly text: string };
  override_reason_missing: NoFacts;
  rollback_reason_missing: NoFacts;
  rollback_several_acts: NoFacts;
  rollback_all_models: NoFacts;
  too_many_words: { readonly word: string; readonly usage: string };
  unclosed_quote: { readonly quote: string };
  unknown_check: { readonly name: string; readonly nearest: string | undefined };
  unknown_option: { readonly flag: string; readonly nearest: string | undefined };
  unknown_parameter: { readonly name: string; readonly nearest: string | undefined };
  unknown_target: { readonly name: string; readonly known: string; readonly nearest: string | undefined };
  unknown_word: { readonly word: string };
}

/** A fault that a person can do something about: what is wrong, what was and was not done, and what to do next. */
export interface UserFaultFacts {
  already_acknowledged: { readonly who: string };
  /** A training of that horizon goes on. */
  busy: { readonly horizon: string; readonly who: string };
  /** @param who those who may, as names or Slack mentions (`<@U…>`, `<!subteam^S…>`) */
  forbidden: {
    readonly act: 'roll_back' | 'train' | 'steer_release' | 'steer_watch' | 'drill';
    readonly who: readonly string[];
  };
  directory_away: NoFacts;
  /** Slack alone knows who may approve, and a terminal has no Slack. */
  directory_away_in_terminal: NoFacts;
  drill_during_halt: { readonly target: string };
  drill_during_release: { readonly target: string };
  drill_goes_on: { readonly target: string; readonly who: string };
  drill_is_off: { readonly target: string };
  late_window: NoFacts;
  lookback_out_of_range: { readonly most: number };
  embedded_does_not_end: { readonly pid: number };
  /** Root finds no account that may run it. */
  embedded_no_account: NoFacts;
  /** @param name of the package of this machine */
  embedded_no_binaries: { readonly name: string };
  embedded_no_port: NoFacts;
  /** @param words of initdb */
  embedded_not_made: { readonly folder: string; readonly words: string };
  embedded_not_reached: { readonly uid: number; readonly place: string };
  no_staging: { readonly target: string };
  no_training: NoFacts;
  /** It holds something, or is no folder. */
  /** @param key as typed: neither a fingerprint nor a readable file with a public key in PEM */
  evidence_key: { readonly key: string };
  evidence_folder_taken: { readonly folder: string };
  evidence_folder_unwritable: { readonly folder: string; readonly code: string };
  not_a_member: NoFacts;
  not_a_warning: NoFacts;
  not_in_channel: { readonly channel: string };
  operators_unknown: NoFacts;
  page_gone: NoFacts;
  quorum_not_counted: NoFacts;
  /** The file is another one than the one that is loaded. */
  runbook_changed_since: { readonly file: string };
  selftest_needs_createdb: NoFacts;
  staging_not_writable: { readonly target: string; readonly folder: string; readonly code: string };
  too_late: NoFacts;
  too_late_to_cancel: NoFacts;
  unknown_halt: NoFacts;
  unknown_horizon: { readonly asked: string; readonly known: string };
  unknown_modal: NoFacts;
  unknown_place: { readonly id: string };
  unknown_release_or_halt: { readonly id: string };
  unknown_run: { readonly id: string };
  unreadable_file: { readonly file: string };
  /** @param because the system's code */
  unwritable_file: { readonly file: string; readonly because: string };
}

/** What Slack's side and the terminal say by themselves. */
export interface SurfaceFacts {
  /** @param place in a file, or a variable; empty: the file as a whole */
  at_place: { readonly place: string; readonly told: string };
  database_does_not_answer: { readonly cause: string };
  /** What is wrong with it, and the way out. */
  database_fault: DatabaseFaultOf;
  done: NoFacts;
  failed: { readonly cause: string };
  host_does_not_answer: { readonly because: HostFault };
  internal_error: { readonly reference: string };
  kill_switch_goes_on: { readonly fault: string };
  /** What the operating system refused, and what to do. */
  system_fault: SystemFault;
  /** @param cause of an error that nobody foresaw, in its own words */
  unforeseen: { readonly cause: string };
  /** @param faults one a line */
  start_refused: { readonly faults: string };
  still_working: NoFacts;
  subcommand_help: { readonly name: string; readonly usage: string };
  usage: { readonly usage: string };
  usage_in_slack: { readonly usage: string };
}
