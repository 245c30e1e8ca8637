import { toldFault } from '../../../src/domain/database-fault.js';
import type { DoctorFacts } from '../../../src/domain/doctor-sentence.js';
import { toldHostFault } from '../../../src/domain/host-fault.js';
import type { Sentences } from '../../../src/domain/sentence.js';
import { toldVenueFault } from '../../../src/domain/venue.js';
import { databaseFault, databaseWayOut } from './database-fault.js';
import { hostFault } from './host-fault.js';
import { venue } from './venue.js';

const venueTexts = { ...venue, host: hostFault };

const AGAINST: Readonly<Record<string, string>> = {
  majority: 'the majority',
  trading_database: 'the trading database',
  bot: 'the bot',
};

export const doctor: Sentences<DoctorFacts> = {
  as_is: ({ text }) => text,
  doctor_title: ({ faults, of }) =>
    faults === 0 ? 'Everything the bot depends on answers' : `${faults} of ${of} need attention`,
  database_seen: (told) => toldFault(databaseFault, told),
  do_mend_database: ({ fault, database }) =>
    databaseWayOut[fault]?.(database) ??
    (database === 'trading' ? doctor.do_check_trading_url({}) : doctor.do_check_database_url({})),
  no_answer_within: ({ seconds }) => `no answer within ${seconds} s`,
  subject_channel: ({ channel }) => `channel ${channel}`,
  subject_clock: ({ clock }) => `clock of ${clock}`,
  subject_configuration: () => 'configuration',
  subject_machines: () => 'machines',
  subject_venue: ({ target, host }) => `venue of ${target} (on ${host})`,
  subject_halt_acts: ({ place }) => `halt on ${place}`,
  subject_host: ({ place }) => `host ${place}`,
  subject_journal_folder: () => 'journal folder',
  subject_scopes: () => 'Slack scopes',
  subject_staging_folder: ({ target }) => `staging folder (${target})`,
  subject_state_database: () => 'state database',
  subject_state_rights: () => 'rights in the state database',
  subject_state_sessions: () => 'sessions of the state database',
  subject_table: ({ name }) => `table ${name}`,
  subject_trading_database: () => 'trading database',
  subject_trading_role: () => 'trading role',
  subject_trading_source: () => 'trading source',
  subject_training_bounds: () => 'bounds of trainings',
  subject_training_database: () => 'training database',
  subject_training_role: () => 'training role',
  subject_training_source: () => 'training source',
  subject_training_table: ({ name }) => `table ${name} for trainings`,
  account_unknown: () => 'nobody says which account the service runs as',
  bot_in_channel: () => 'the bot is in it',
  bot_not_in_channel: () => 'the bot is not in it',
  host_seen: ({ because }) => toldHostFault(hostFault, because),
  cannot_ask_account: ({ because }) =>
    `cannot ask for the service’s account: ${toldHostFault(hostFault, because)}`,
  cannot_list: ({ path, because }) => `cannot list ${path}: ${toldHostFault(hostFault, because)}`,
  cannot_read: ({ path, because }) => `cannot read ${path}: ${toldHostFault(hostFault, because)}`,
  cannot_read_process: ({ pid, because }) =>
    `cannot read the environment of process ${pid}: ${toldHostFault(hostFault, because)}`,
  clock_unread: ({ code }) => `gives no answer (${code})`,
  clock_stands: ({ aheadSecs, errorSecs, against }) =>
    `${Math.abs(aheadSecs).toFixed(3)} s ${aheadSecs < 0 ? 'behind' : 'ahead'} ± ${errorSecs.toFixed(3)} s (against ${AGAINST[against] ?? against})`,
  acts_allowed: ({ count }) => `${count} commands of a halt are there and may be run`,
  cannot_ask_rights: ({ command, because }) =>
    `whether \`${command}\` may be run could not be asked: ${toldHostFault(hostFault, because)}`,
  channel_takes_nothing: ({ code }) =>
    `the bot may read there and not post (${code}): no alarm would stand there`,
  file_not_replaceable: ({ path, because }) =>
    `a halt could not write ${path}: ${toldHostFault(hostFault, because)}`,
  files_withheld: ({ paths }) =>
    `the bot may not read ${paths}: a halt that stands there is finished by nobody, and its events are missing in the audit trail`,
  files_replaceable: ({ paths }) => `a halt can replace ${paths} (tried on a file beside it)`,
  layer_not_listed: ({ path }) =>
    `the unit reads ${path}, which the targets file does not list: what stands there may turn the strategy on again`,
  layer_not_read: ({ path }) => `the unit does not read ${path}: a halt would write it in vain`,
  layer_not_told: ({ path }) => `the unit reads ${path}: nobody can tell which files these are`,
  layer_other_order: ({ path }) =>
    `the unit reads its files in another order than the targets file says (${path}): another one wins`,
  program_missing: ({ program }) => `\`${program}\` is not there, or may not be run: a halt could not run it`,
  restart_rights_unseen: ({ unit, account }) =>
    `account ${account} restarts ${unit} without sudo and is not root: whether that is allowed shows only where it is done`,
  sudo_refuses: ({ command, words }) =>
    `sudo does not let the account run \`${command}\`${words === '' ? '' : ` (${words})`}`,
  sudo_unseen: ({ command }) =>
    `whether sudo allows \`${command}\` cannot be asked: files are looked at there as another account`,
  channel_not_found: () => 'there is no such channel, or it is private and the bot is not in it',
  folder_takes: ({ path }) => `${path} takes what is written`,
  folder_usable: ({ path }) => `${path} can be read and written`,
  may_not_create: () => 'the role may not create schemas and tables',
  may_not_use: ({ tables }) => `the role may not read and write ${tables}`,
  more_than_read: ({ rights }) => `more than read-only: ${rights}`,
  path_missing: ({ path }) => `${path} is missing`,
  role_may_all: () => 'may create, read and write',
  sessions_own: () => 'are the bot’s own: one that is killed is noticed within seconds',
  role_may_read: () => 'may read, may not write',
  runbook_read: ({ book, checks }) => `${book}, ${checks} checks`,
  scopes_missing: ({ names }) => `the token lacks ${names}`,
  scopes_unknown: () => 'Slack does not say what the token may do',
  dead_man_holds: () => 'holds a dead man: it can turn the strategy off by itself at a release’s deadline',
  dead_man_missing: () =>
    'holds no dead man: nothing turns the strategy off at a deadline when the bot is gone',
  dead_man_refused: ({ because }) => `refuses to hold a dead man: ${toldHostFault(hostFault, because)}`,
  processes_unknown: () =>
    'nobody can see which processes belong to the service: no halt of it is ever verified',
  other_command: ({ unit }) =>
    `the process was started by another command than ${unit} now says: the unit was read anew, and not restarted`,
  unit_changed: ({ unit }) => `${unit} was changed since the process began, and not restarted`,
  process_frozen: ({ pid }) => `process ${pid} is stopped or frozen, so it does nothing`,
  machine_named_twice: ({ one, other }) =>
    `${one} and ${other} are one machine (/etc/machine-id), and the targets file names it in two ways`,
  processes_outlive: () => 'the unit may leave processes behind where it stops: a halt then is not verified',
  service_idle: ({ about }) => `${about}, no process`,
  service_runs: ({ about, pid }) => `${about}, process ${pid}`,
  slack_identity: ({ user, team, kind }) => `${user} in ${team}, by ${kind}`,
  slack_not_configured: () => 'not configured; the terminal works without it',
  state_answers: ({ version, folder }) =>
    `PostgreSQL ${version} (${folder === undefined ? 'DATABASE_URL' : `embedded, under ${folder}`})`,
  source_is: ({ role, lagSecs, maxLagSecs, isPaused, isReadOnly, isPooled }) =>
    [
      role === 'primary'
        ? 'the primary'
        : `a standby, ${lagSecs === undefined ? 'its lag is unknown' : `${lagSecs.toFixed(1)} s behind`}`,
      ...(role === 'primary'
        ? []
        : [maxLagSecs === undefined ? 'not asked for' : `asked for up to ${maxLagSecs} s`]),
      ...(isPaused ? ['its replay is paused'] : []),
      ...(isReadOnly && role === 'primary' ? ['set to read only'] : []),
      ...(isPooled ? ['behind a pooler'] : []),
    ].join(', '),
  table_missing: () => 'not there yet',
  table_readable: () => 'readable',
  table_withheld: () => 'row-level security keeps rows of it from the role',
  table_refused: () => 'the role may not read it',
  trading_url_missing: () => 'TRADING_DATABASE_URL is not set: every SQL check ends as ERROR',
  venue_answers: ({ question, count }) =>
    question === 'openOrders'
      ? `${count} ${count === 1 ? 'order rests' : 'orders rest'}; nothing was cancelled`
      : `${count} ${count === 1 ? 'position is' : 'positions are'} held`,
  venue_fault: ({ question, venueFault }) => `${question}: ${toldVenueFault(venueTexts, venueFault)}`,
  venue_cancels_nothing: () => 'nobody said how orders are cancelled: a halt only looks',
  training_bounded: ({ bounds, minutes }) =>
    `${bounds}: a statement of a trainer, which may run for ${minutes} minutes, is ended before`,
  training_unbounded: () => 'no time-out ends a statement of a trainer',
  training_url_answers: ({ places }) => `TRAINING_DATABASE_URL answers this machine${elsewhere(places)}`,
  training_url_shared: ({ places }) =>
    `TRAINING_DATABASE_URL is not set or not used: a trainer gets TRADING_DATABASE_URL, the role of the checks with its bounds${elsewhere(places)}`,
  do_check_database_url: () => 'Check DATABASE_URL (or the folder DATA_DIR) and that the server answers.',
  do_check_host: () =>
    'Check the host’s entry in the targets file and the rights of the bot’s account there.',
  do_check_venue: () =>
    'Run the program on that host with the bot’s account, and compare what it prints with `venue` of the targets file (docs/targets.md).',
  do_allow_posting: () =>
    'Let the bot post in that channel (its settings, or its archive), or name another one.',
  do_allow_sudo: ({ command }) =>
    `Give the account NOPASSWD for exactly this command in sudoers: \`${command}\`.`,
  do_hold_drill: () => 'Hold a drill where that may be done (/lobml drill), or drive the service with sudo.',
  do_install_program: () => 'Correct the argument list in the targets file, or put the program there.',
  do_match_files: () =>
    'List the files in `environmentFiles` of the targets file as the unit has them, in its order.',
  do_open_environment: ({ folder }) =>
    `Let the account make, rename and remove files in ${folder} and keep their owner: own both, or use sudo for files (\`connection.ssh.sudo\`).`,
  do_take_files: ({ folder }) =>
    `Give them to the account of the bot: \`chown -R --reference=${folder} ${folder}/halts ${folder}/journal\`.`,
  do_set_cancel: () => 'Set `venue.cancelOrders` (docs/targets.md).',
  do_check_trading_url: () =>
    'Check TRADING_DATABASE_URL; docs/trading-database-role.md tells how to make the role.',
  do_check_training_url: () =>
    'Check TRAINING_DATABASE_URL; docs/trading-database-role.md tells how to make its role.',
  do_correct_channels: () =>
    'Correct `channels` in the targets file, or invite the bot there: /invite @lobml.',
  do_use_current_training: () =>
    'Let TRAINING_DATABASE_URL lead to the primary, or bring the standby’s replay back: a model would be trained on old data.',
  do_use_primary: () =>
    'Let TRADING_DATABASE_URL lead to the primary, without a pooler where possible; a standby that may answer is asked for with TRADING_DATABASE_STANDBY_MAX_LAG_SECS.',
  do_show_rows: () =>
    'Let the role see every row: ALTER ROLE … BYPASSRLS, or take row-level security off that table.',
  do_grant_select: ({ agentId }) =>
    `Grant SELECT on it to the bot’s role, or start what writes it (agent ${agentId}).`,
  do_install_manifest: () =>
    'Put manifest.json into the app’s settings, reinstall it to the workspace, and copy the token again.',
  do_name_machine_once: () =>
    'Write the same address and port in both: a plan then sees what they share. Where they are copies of one disk, give each an id of its own (`systemd-machine-id-setup`).',
  do_make_models: ({ path }) =>
    `Make the models folder ${path}, and let the bot’s account read it, and write it for releases.`,
  do_make_staging: ({ path }) =>
    `Make the folder ${path}, and let the bot’s account read and write it: what is deployed waits there.`,
  do_make_trading_role: () =>
    'Make the role as docs/trading-database-role.md says, or REVOKE what it does not need.',
  do_make_training_role: () =>
    'Make the role lobml_trainer as docs/trading-database-role.md says, set TRAINING_DATABASE_URL to it, and let `training.environment` of the runbook name it.',
  do_allow_dead_man: () =>
    'allow the account `systemd-run` and `systemctl stop` of `lobml-dead-man-*.timer`, or look at `service.deadMan` (docs/targets.md)',
  do_set_dead_man: () =>
    'set `service.deadMan`: commands that arm, disarm and show a timer (docs/targets.md)',
  do_set_processes: () => 'set `service.processes`, a command that prints their numbers (docs/targets.md)',
  do_let_go_on: ({ pid }) =>
    `let it go on (\`kill -CONT ${pid}\`, or \`systemctl thaw\` of the unit), or restart the service`,
  do_restart_with_release: () => 'restart it with a release (/lobml deploy), or put the unit back as it was',
  do_set_kill_mode: () => 'set KillMode=control-group and SendSIGKILL=yes in the unit',
  do_open_environ: () =>
    'Without it no start and no halt can be proved. Let the bot’s account read /proc/PID/environ (sudo), or give an `environ` command (docs/targets.md).',
  do_open_journal: ({ path }) =>
    `Give the bot’s account the right to write in ${path} (DATA_DIR), on a disk with room: the journal of a halt stands there.`,
  do_own_database: () =>
    'Let one role own the database and the schema lobml (ALTER DATABASE … OWNER TO, ALTER SCHEMA lobml OWNER TO).',
  do_reinstall_app: () => 'Reinstall the app from manifest.json and copy its tokens again.',
  do_see_example: () => 'See .env.example.',
  do_set_clock: () =>
    'Set this clock by NTP (chrony, systemd-timesyncd); until then windows and proofs of start cannot be trusted.',
  do_set_before_start: () => 'Set it before you start the bot.',
  do_set_service_user: () =>
    'Set `user` of the service in the targets file, or let the status command print User= (docs/targets.md).',
  do_set_slack_tokens: () =>
    'Set SLACK_BOT_TOKEN, and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET, to run the bot.',
  do_set_trading_url: () => 'Set TRADING_DATABASE_URL to a read-only role.',
};

/** A trainer elsewhere has a way of its own to the database, which nobody has looked at. */
function elsewhere(places: string): string {
  return places === 'local' ? '' : ` (trainers run on ${places}, which was not asked)`;
}
