import type { FileFaultFacts } from '../../../src/domain/file-fault.js';
import type { Sentences } from '../../../src/domain/sentence.js';

const meant = (nearest: string | undefined): string =>
  nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;

/** Which checks are not there any more, and which were not there before. */
const lostAndMore = (lost: readonly string[], more: readonly string[]): string =>
  [lost.length === 0 ? '' : `without ${lost.join(', ')}`, more.length === 0 ? '' : `with ${more.join(', ')}`]
    .filter((part) => part !== '')
    .join('; ') || 'of the other kind';

/** After the place in the file. */
export const fileFault: Sentences<FileFaultFacts> = {
  address_and_port_shape: () => 'write an address with its port, like 127.0.0.1:9100 or [::1]:9100',
  header_shape: () => 'it is not a header that may be sent',
  secret_in_file: () => 'a secret does not belong in this file: ask an endpoint that needs none',
  https_url_shape: () => 'write a URL with https://',
  url_shape: () => 'write a URL with http:// or https://',
  column_shape: () => 'write a column, or COLUMN.KEY',
  identifier_shape: () => 'write a name in small letters, digits and _',
  same_word_for_both: () =>
    'the same word stands for entries and exits: name the column `isBuy` that tells them apart',
  flag_missing: () => '`flag` is missing or names no variable, so the enable flag’s name is unknown',
  absolute_path_shape: () => 'write an absolute path',
  account_name_shape: () => 'write the name of an account of the host',
  channel_id_shape: () => 'write a Slack channel id (C…)',
  environment_path_shape: () => 'write an absolute path, with a leading - where a missing file is fine',
  file_stem_shape: () => 'write a file name without its ending',
  group_id_shape: () => 'write a Slack user group id (S…)',
  horizon_shape: () => 'write a horizon like 5m',
  member_id_shape: () => 'write a Slack user id (U…) or user group id (S…)',
  name_shape: () => 'write a name of letters, digits and _',
  number_inexact: () => 'a whole number of more than 9007199254740991 is not exact here: write it in quotes',
  one_line_shape: () => 'write one line',
  operator_missing: () => 'name at least one operator: nobody else can stop the strategy',
  section_id_shape: () => 'write the checklist’s number, like `2.2-A`',
  ssh_address_shape: () => 'write a host, user@host, or a name of the ssh configuration',
  target_missing: () => 'name a target',
  target_name_shape: () => 'write a target in small letters, digits and -',
  trainer_variable_shape: () => 'write a variable’s name',
  training_place_shape: () => 'write `local`, the name of a host, or TARGET/HOST',
  unit_name_shape: () => 'write the unit’s name with .service',
  cron_shape: () =>
    'write when it begins as cron with five fields (minute, hour, day, month, weekday) that come around, e.g. `0 16 * * FRI`',
  freeze_duration_shape: () => 'write how long it lasts in days, hours and minutes, e.g. `2d 16h`',
  time_zone_shape: () => 'write a time zone of the IANA list, e.g. `Europe/London`',
  user_id_shape: () => 'write a Slack user id (U…)',
  variable_shape: () => 'write a variable without its prefix, in capitals',
  chapter_shape: () => 'write a chapter of the checklist, like `2`',
  check_id_shape: () => 'write an id like `data.prices.lag`',
  close_only_empty: () => 'name a variable and its value, or leave `closeOnly` out',
  criterion_id_shape: () => 'write an id like `data_fresh`',
  pass_missing: () => 'a check needs a `pass` condition',
  fail_missing: () => 'a check needs a `fail` condition',
  scratch_path_shape: () => 'write a path inside the scratch folder, e.g. env/strategy.env',
  library_says: ({ text }) => text,
  not_yaml: ({ problem }) => `not valid YAML: ${problem}`,
  schema_says: (told) => told.en,
  unknown_key: () => 'there is no such key',
  cases_unreadable: () =>
    'the cases of the runbook cannot be read: write them beside the runbook (docs/check-cases.md)',
  prefix_missing: () => '`envPrefix` is missing or is no prefix, so the enable flag’s name is unknown',
  runbook_unreadable: () => 'the runbook cannot be read: set RUNBOOK_FILE to a runbook',
  runbook_unreadable_for_halt: () =>
    'the runbook cannot be read, so the enable flag’s name is unknown: set RUNBOOK_FILE',
  targets_unreadable: () => 'the targets file cannot be read: copy targets.example.yaml, or set TARGETS_FILE',
  check_in_shadow: ({ id }) => `\`${id}\` is in shadow mode and decides nothing`,
  check_not_in_gonogo: ({ id }) => `\`${id}\` stands in no section of kind \`gonogo\``,
  check_unknown: ({ id }) => `there is no check \`${id}\``,
  condition_column_unknown: ({ name, nearest }) =>
    `the condition reads \`${name}\`, but no row of this check has such a column${meant(nearest)}`,
  feature_column_unknown: ({ name, nearest }) => `its statement has no column \`${name}\`${meant(nearest)}`,
  query_column_unknown: ({ name, nearest }) => `the query has no column \`${name}\`${meant(nearest)}`,
  condition_not_boolean: ({ type }) => `a condition answers true or false, but this one is of type ${type}`,
  default_impossible: () => 'the default is not a value that the variable can have',
  flag_value_impossible: () => 'it is not a value that the variable can have',
  close_only_flag: () => 'this is the enable flag: off it ends the exits too',
  close_only_unknown: ({ name, nearest }) =>
    `\`${name}\` is none of \`variables\`, named in full, so no release could let the strategy enter again: declare it there${meant(nearest)}`,
  close_only_value_impossible: ({ name }) => `it is not a value that \`${name}\` can have`,
  id_twice: ({ id }) => `the id \`${id}\` stands twice`,
  key_beside: ({ key, main }) => `\`${key}\` goes with \`${main}\` only`,
  parameter_missing: ({ parameter }) => `the parameter \`${parameter}\` does not exist`,
  parameter_no_number: ({ parameter }) => `the parameter \`${parameter}\` is not a number`,
  parameter_no_list: ({ parameter }) => `the parameter \`${parameter}\` is not a list`,
  parameter_reserved: ({ name }) => `\`${name}\` is set by the run itself: choose another name`,
  pattern_not_linear: ({ part }) =>
    `the pattern holds \`${part}\`: look-around and back references cannot be matched in linear time (RE2’s syntax: docs/runbook-format.md)`,
  pattern_too_long: ({ most }) => `the pattern is longer than ${most} characters`,
  probe_not_one: ({ known, found }) =>
    `a check has exactly one of ${known.join(', ')}; this one has ${found.join(' and ') || 'none'}`,
  query_unknown: ({ name }) => `there is no query \`${name}\` under \`queries\``,
  relative_file: () => 'write the file’s absolute path on the host',
  sql_clock: ({ word }) =>
    `the SQL reads a clock (\`${word}\`): write \`\${asOf}\`, the moment of the run, or \`\${now}\` to bound rows from the future`,
  sql_count: ({ count }) => `the SQL holds ${count} statements, but a check is exactly one`,
  sql_file_outside: ({ name }) => `the file \`${name}\` stands outside the runbook’s folder`,
  sql_file_unreadable: ({ name }) => `the file \`${name}\` beside the runbook cannot be read`,
  sql_effect: ({ name }) =>
    `the SQL calls \`${name}\`, which has an effect or runs other SQL: a check only reads`,
  sql_parameter_unknown: ({ name }) => `the SQL names the parameter \`${name}\`, which does not exist`,
  sql_time_text: () =>
    'makes a moment of a text that is put together, and such a text may say `now`; write the text out, or bind a parameter',
  sql_unparsable: ({ problem }) => `the SQL does not parse: ${problem}`,
  sql_writes: () => 'the SQL does more than read: write one SELECT (or WITH … SELECT)',
  tolerance_missing: () => 'clocks need a `tolerance`: a parameter, in seconds',
  loaded_line_shape: () =>
    'write the message of the line first, then a field of it in each further part: `path={VARIABLE}`',
  start_log_missing: () => 'a proof of start needs `startLog`: how a start shows in the log',
  probe_kind_unknown: ({ name, nearest }) => `there is no kind of probe \`${name}\`${meant(nearest)}`,
  text_column_unknown: ({ name, nearest }) =>
    `the text names \`{${name}}\`, but no row of this check has such a column${meant(nearest)}`,
  text_format_unknown: ({ format, known }) =>
    `the text asks for the format \`${format}\`; known are ${known}`,
  text_not_filled: ({ hole }) => `no value is filled in here: write the text without \`${hole}\``,
  text_parameter_unknown: ({ parameter }) =>
    `the text names the parameter \`${parameter}\`, which does not exist`,
  variable_unknown: ({ name }) => `there is no variable \`${name}\` under \`variables\``,
  case_bound_unknown: ({ name }) => `the runbook has no parameter \`${name}\` that is a number`,
  word_ambiguous: ({ word }) => `the word \`${word}\` stands for two values`,
  case_criterion_differs: ({ id, lost, more }) =>
    `the criterion \`${id}\` of the runbook is another: ${lostAndMore(lost, more)}; change it back, or this list on purpose`,
  case_run_differs: ({ kind, lost, more }) =>
    `a run of the kind ${kind} holds other checks: ${lostAndMore(lost, more)}; change the runbook back, or this list on purpose`,
  case_check_unknown: ({ check }) => `the runbook has no check \`${check}\``,
  model_not_listed: ({ model }) => `there is no model \`${model}\` under \`models\``,
  model_unknown: ({ model }) => `there is no model \`${model}\``,
  lookback_too_long: () => 'it is more than `maxLookbackHours`',
  placeholder_missing: ({ name }) => `the command does not use \`{${name}}\``,
  placeholder_unknown: ({ name, known }) => `there is no \`{${name}}\`; there are ${known}`,
  training_folder_missing: ({ host, connection }) =>
    `the host \`${host}\` is reached by ${connection}, so \`workingFolder\` must say a folder there: trainings are kept below it`,
  training_host_ambiguous: ({ host, names }) =>
    `several targets have a host \`${host}\`: write one of ${names}`,
  training_host_unknown: ({ host, file }) =>
    `there is no host \`${host}\` in ${file}; \`local\` is the bot’s own machine`,
  strategy_open: ({ known }) => `several runbooks are loaded: say \`strategy\`, one of ${known}`,
  strategy_unknown: ({ strategy, known }) =>
    `there is no runbook of the strategy \`${strategy}\`; there are ${known}`,
  strategy_twice: ({ strategy }) => `another runbook is of the strategy \`${strategy}\`, too`,
  training_target_unknown: ({ target, file }) => `there is no target \`${target}\` in ${file}`,
  training_without_gate: () => 'a training needs a check with `model`: the gate for what comes out',
  checkpoint_too_late: ({ last, confirmMinutes }) =>
    `the last checks come ${last} min after the first start, and a release turns itself off ${confirmMinutes} min after it began: give \`confirmMinutes\` more than that`,
  host_setting_missing: ({ setting }) => `say \`${setting}\`, here or for the whole target`,
  host_twice: ({ host }) => `the host \`${host}\` stands twice`,
  promotes_from_stranger: ({ from, target }) =>
    `a model of \`${target}\` is promoted from another target of the same strategy, and \`${from}\` is none`,
  same_rows: ({ one, other, dryRun, accountId }) =>
    `the targets \`${one}\` and \`${other}\` would read the same orders (dryRun ${dryRun}, ${accountId === '' ? 'any account' : `account ${accountId}`}): give each its own \`accountId\` or \`dryRun\``,
  service_twice: ({ host, other, service }) =>
    `\`${host}\` and \`${other}\` are one service (\`${service}\`) on one machine: take one of them out`,
  target_unknown: ({ target }) => `there is no target \`${target}\` under \`targets\``,
  check_not_watched: ({ id }) => `\`${id}\` is in no run of this watch, so it would never halt anything`,
  drill_of_real_orders: () =>
    'a drill would halt a target whose orders are real: `drill: real` is for one with `dryRun: true`; leave it out for a rehearsal',
  watch_without_channels: () => 'a watch tells people: say `channels` of this target',
  watch_without_interval: () => 'say `everySecs`: without it this target is not watched between releases',
  venue_host_unknown: ({ names }) => `name one of the target’s hosts: ${names}`,
  written_file_unknown: () => 'name one of the `environmentFiles`',
};
