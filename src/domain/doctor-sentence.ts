import type { DatabaseFaultOf } from './database-fault.js';
import type { HostFault } from './host-fault.js';
import type { VenueFault } from './venue.js';

type NoFacts = Readonly<Record<never, never>>;
interface Path {
  readonly path: string;
}
interface Command {
  readonly command: string;
}
/** What a look at a host failed by. */
interface Because {
  readonly because: HostFault;
}

/** What `doctor` says: of what it looked at, what it saw, and the way out. */
export interface DoctorFacts {
  /** The same in every language, e.g. a path or what another program says. */
  as_is: { readonly text: string };
  doctor_title: { readonly faults: number; readonly of: number };
  no_answer_within: { readonly seconds: number };
  database_seen: DatabaseFaultOf;
  do_mend_database: DatabaseFaultOf;

  subject_channel: { readonly channel: string };
  /** @param clock `bot`, `trading_database`, `state_database` or a host */
  subject_clock: { readonly clock: string };
  subject_configuration: NoFacts;
  subject_halt_acts: { readonly place: string };
  subject_host: { readonly place: string };
  subject_journal_folder: NoFacts;
  subject_machines: NoFacts;
  subject_scopes: NoFacts;
  subject_staging_folder: { readonly target: string };
  subject_state_database: NoFacts;
  subject_state_rights: NoFacts;
  subject_state_sessions: NoFacts;
  subject_table: { readonly name: string };
  subject_trading_database: NoFacts;
  subject_trading_role: NoFacts;
  subject_trading_source: NoFacts;
  subject_training_bounds: NoFacts;
  subject_training_database: NoFacts;
  subject_training_role: NoFacts;
  subject_training_source: NoFacts;
  subject_venue: { readonly target: string; readonly host: string };
  subject_training_table: { readonly name: string };

  account_unknown: NoFacts;
  /** @param count commands of a halt */
  acts_allowed: { readonly count: number };
  cannot_ask_rights: Command & Because;
  /** @param code Slack's own */
  channel_takes_nothing: { readonly code: string };
  file_not_replaceable: Path & Because;
  files_withheld: { readonly paths: string };
  files_replaceable: { readonly paths: string };
  layer_not_listed: Path;
  layer_not_read: Path;
  layer_not_told: Path;
  layer_other_order: Path;
  program_missing: { readonly program: string };
  restart_rights_unseen: { readonly unit: string; readonly account: string };
  /** @param words the last ones of sudo itself */
  sudo_refuses: Command & { readonly words: string };
  sudo_unseen: Command;
  bot_in_channel: NoFacts;
  bot_not_in_channel: NoFacts;
  host_seen: Because;
  cannot_ask_account: Because;
  cannot_list: Path & Because;
  cannot_read: Path & Because;
  cannot_read_process: { readonly pid: number } & Because;
  channel_not_found: NoFacts;
  folder_takes: Path;
  folder_usable: Path;
  /** Hosts with their targets. */
  machine_named_twice: { readonly one: string; readonly other: string };
  may_not_create: NoFacts;
  may_not_use: { readonly tables: string };
  more_than_read: { readonly rights: string };
  path_missing: Path;
  role_may_all: NoFacts;
  sessions_own: NoFacts;
  role_may_read: NoFacts;
  runbook_read: { readonly book: string; readonly checks: number };
  scopes_missing: { readonly names: string };
  scopes_unknown: NoFacts;
  dead_man_holds: NoFacts;
  dead_man_missing: NoFacts;
  dead_man_refused: Because;
  processes_unknown: NoFacts;
  processes_outlive: NoFacts;
  /** @param unit its file */
  other_command: { readonly unit: string };
  unit_changed: { readonly unit: string };
  process_frozen: { readonly pid: number };
  service_idle: { readonly about: string };
  service_runs: { readonly about: string; readonly pid: number };
  slack_identity: { readonly user: string; readonly team: string; readonly kind: string };
  slack_not_configured: NoFacts;
  /** @param folder of the embedded database; undefined: the one of DATABASE_URL */
  state_answers: { readonly version: string; readonly folder: string | undefined };
  /** @param lagSecs of a standby; undefined: unknown */
  source_is: {
    readonly role: 'primary' | 'standby';
    readonly lagSecs: number | undefined;
    readonly maxLagSecs: number | undefined;
    readonly isPaused: boolean;
    readonly isReadOnly: boolean;
    readonly isPooled: boolean;
  };
  table_missing: NoFacts;
  table_readable: NoFacts;
  table_refused: NoFacts;
  table_withheld: NoFacts;
  trading_url_missing: NoFacts;
  /** @param minutes that a training may take */
  training_bounded: { readonly bounds: string; readonly minutes: number };
  training_unbounded: NoFacts;
  /** @param places where trainers run: `local`, or hosts */
  training_url_answers: { readonly places: string };
  training_url_shared: { readonly places: string };

  /** @param question `openOrders` or `positions` */
  venue_answers: { readonly question: string; readonly count: number };
  venue_fault: { readonly question: string; readonly venueFault: VenueFault };
  venue_cancels_nothing: NoFacts;

  /** @param code of the cause */
  clock_unread: { readonly code: string };
  /** @param against what it is measured: `majority`, `trading_database` or `bot` */
  clock_stands: {
    readonly aheadSecs: number;
    readonly errorSecs: number;
    readonly against: 'majority' | 'trading_database' | 'bot';
  };

  do_check_database_url: NoFacts;
  do_check_host: NoFacts;
  do_check_trading_url: NoFacts;
  do_check_venue: NoFacts;
  do_check_training_url: NoFacts;
  do_correct_channels: NoFacts;
  do_show_rows: NoFacts;
  do_grant_select: { readonly agentId: string };
  do_install_manifest: NoFacts;
  do_make_models: Path;
  do_name_machine_once: NoFacts;
  do_make_staging: Path;
  do_make_trading_role: NoFacts;
  do_make_training_role: NoFacts;
  do_open_environ: NoFacts;
  do_allow_dead_man: NoFacts;
  do_set_dead_man: NoFacts;
  do_set_processes: NoFacts;
  do_set_kill_mode: NoFacts;
  do_restart_with_release: NoFacts;
  do_let_go_on: { readonly pid: number };
  do_open_journal: Path;
  do_own_database: NoFacts;
  do_reinstall_app: NoFacts;
  do_see_example: NoFacts;
  do_set_before_start: NoFacts;
  do_set_clock: NoFacts;
  do_set_service_user: NoFacts;
  do_set_slack_tokens: NoFacts;
  do_allow_posting: NoFacts;
  do_allow_sudo: Command;
  do_hold_drill: NoFacts;
  do_install_program: NoFacts;
  do_match_files: NoFacts;
  do_open_environment: { readonly folder: string };
  do_set_cancel: NoFacts;
  do_take_files: { readonly folder: string };
  do_set_trading_url: NoFacts;
  do_use_current_training: NoFacts;
  do_use_primary: NoFacts;
}
