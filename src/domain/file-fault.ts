import type { Localized } from './localized.js';

type NoFacts = Readonly<Record<never, never>>;

/** What a schema of a file that people write refuses, and says as the message of its rule. */
export const SHAPE_FAULTS = [
  'address_and_port_shape',
  'absolute_path_shape',
  'account_name_shape',
  'channel_id_shape',
  'chapter_shape',
  'check_id_shape',
  'close_only_empty',
  'column_shape',
  'criterion_id_shape',
  'cron_shape',
  'environment_path_shape',
  'fail_missing',
  'file_stem_shape',
  'freeze_duration_shape',
  'group_id_shape',
  'header_shape',
  'horizon_shape',
  'https_url_shape',
  'identifier_shape',
  'member_id_shape',
  'name_shape',
  'number_inexact',
  'one_line_shape',
  'operator_missing',
  'pass_missing',
  'same_word_for_both',
  'scratch_path_shape',
  'secret_in_file',
  'section_id_shape',
  'ssh_address_shape',
  'target_missing',
  'target_name_shape',
  'time_zone_shape',
  'trainer_variable_shape',
  'training_place_shape',
  'unit_name_shape',
  'url_shape',
  'user_id_shape',
  'variable_shape',
] as const;
export type ShapeFault = (typeof SHAPE_FAULTS)[number];

/** What is wrong in a runbook, its cases or a targets file: what is wrong and what to write instead. */
export interface FileFaultFacts extends Readonly<Record<ShapeFault, NoFacts>> {
  /** What a library says of a text, in its own words. */
  library_says: { readonly text: string };
  not_yaml: { readonly problem: string };
  /** What zod says of a shape, in each language. */
  schema_says: Localized;
  unknown_key: NoFacts;

  cases_unreadable: NoFacts;
  flag_missing: NoFacts;
  prefix_missing: NoFacts;
  runbook_unreadable: NoFacts;
  runbook_unreadable_for_halt: NoFacts;
  targets_unreadable: NoFacts;

  check_in_shadow: { readonly id: string };
  check_not_in_gonogo: { readonly id: string };
  check_unknown: { readonly id: string };
  condition_column_unknown: { readonly name: string; readonly nearest: string | undefined };
  condition_not_boolean: { readonly type: string };
  default_impossible: NoFacts;
  flag_value_impossible: NoFacts;
  close_only_flag: NoFacts;
  /** @param name in full; `nearest` likewise */
  close_only_unknown: {
    readonly name: string;
    readonly nearest: string | undefined;
  };
  close_only_value_impossible: { readonly name: string };
  id_twice: { readonly id: string };
  key_beside: { readonly key: string; readonly main: string };
  parameter_missing: { readonly parameter: string };
  parameter_no_list: { readonly parameter: string };
  parameter_no_number: { readonly parameter: string };
  parameter_reserved: { readonly name: string };
  /** @param part of the pattern that needs an engine which goes back and tries again */
  pattern_not_linear: { readonly part: string };
  pattern_too_long: { readonly most: number };
  probe_not_one: { readonly known: readonly string[]; readonly found: readonly string[] };
  query_unknown: { readonly name: string };
  relative_file: NoFacts;
  sql_clock: { readonly word: string };
  feature_column_unknown: { readonly name: string; readonly nearest: string | undefined };
  query_column_unknown: { readonly name: string; readonly nearest: string | undefined };
  /** @param name of a function */
  sql_effect: { readonly name: string };
  sql_count: { readonly count: number };
  sql_file_outside: { readonly name: string };
  sql_file_unreadable: { readonly name: string };
  sql_parameter_unknown: { readonly name: string };
  /** A moment is made of a text that is put together. */
  sql_time_text: NoFacts;
  sql_unparsable: { readonly problem: string };
  sql_writes: NoFacts;
  start_log_missing: NoFacts;
  loaded_line_shape: NoFacts;
  probe_kind_unknown: { readonly name: string; readonly nearest: string | undefined };
  text_column_unknown: { readonly name: string; readonly nearest: string | undefined };
  tolerance_missing: NoFacts;
  text_format_unknown: { readonly format: string; readonly known: string };
  /** @param hole with its braces, in a text in which nothing is filled in */
  text_not_filled: { readonly hole: string };
  text_parameter_unknown: { readonly parameter: string };
  variable_unknown: { readonly name: string };
  /** @param word of a variable of words */
  word_ambiguous: { readonly word: string };

  case_bound_unknown: { readonly name: string };
  /** @param lost checks that the cases list and the runbook does not have there; `more` the other way round */
  case_criterion_differs: {
    readonly id: string;
    readonly lost: readonly string[];
    readonly more: readonly string[];
  };
  case_run_differs: {
    readonly kind: string;
    readonly lost: readonly string[];
    readonly more: readonly string[];
  };
  case_check_unknown: { readonly check: string };
  model_not_listed: { readonly model: string };
  model_unknown: { readonly model: string };

  lookback_too_long: NoFacts;
  placeholder_missing: { readonly name: string };
  placeholder_unknown: { readonly name: string; readonly known: string };
  training_folder_missing: { readonly host: string; readonly connection: string };
  training_host_ambiguous: { readonly host: string; readonly names: string };
  training_host_unknown: { readonly host: string; readonly file: string };
  /** Several runbooks are loaded, and a target does not say which is its own. */
  strategy_open: { readonly known: string };
  strategy_unknown: { readonly strategy: string; readonly known: string };
  /** Two runbooks are of one strategy. */
  strategy_twice: { readonly strategy: string };
  training_target_unknown: { readonly target: string; readonly file: string };
  training_without_gate: NoFacts;

  /** @param last minutes after the first start */
  checkpoint_too_late: { readonly last: number; readonly confirmMinutes: number };
  host_setting_missing: { readonly setting: string };
  host_twice: { readonly host: string };
  same_rows: {
    readonly one: string;
    readonly other: string;
    readonly dryRun: boolean;
    readonly accountId: string;
  };
  service_twice: { readonly host: string; readonly other: string; readonly service: string };
  /** The target itself, or one of another strategy. */
  promotes_from_stranger: { readonly from: string; readonly target: string };
  target_unknown: { readonly target: string };
  /** A check that halts is in no run of the watch. */
  check_not_watched: { readonly id: string };
  /** A drill would turn off what trades with money. */
  drill_of_real_orders: NoFacts;
  watch_without_channels: NoFacts;
  watch_without_interval: NoFacts;
  venue_host_unknown: { readonly names: string };
  written_file_unknown: NoFacts;
}
