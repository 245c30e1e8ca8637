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
  majority: '多数时钟',
  trading_database: '交易数据库',
  bot: '机器人',
};

export const doctor: Sentences<DoctorFacts> = {
  as_is: ({ text }) => text,
  doctor_title: ({ faults, of }) =>
    faults === 0 ? '机器人依赖的一切均有回应' : `${of} 项中有 ${faults} 项需要处理`,
  database_seen: (told) => toldFault(databaseFault, told),
  do_mend_database: ({ fault, database }) =>
    databaseWayOut[fault]?.(database) ??
    (database === 'trading' ? doctor.do_check_trading_url({}) : doctor.do_check_database_url({})),
  no_answer_within: ({ seconds }) => `${seconds} 秒内没有回应`,
  subject_channel: ({ channel }) => `频道 ${channel}`,
  subject_clock: ({ clock }) => `${clock} 的时钟`,
  subject_configuration: () => '配置',
  subject_machines: () => '机器',
  subject_venue: ({ target, host }) => `${target} 的交易所（经 ${host}）`,
  subject_halt_acts: ({ place }) => `${place} 上的停止`,
  subject_host: ({ place }) => `主机 ${place}`,
  subject_journal_folder: () => '日志目录',
  subject_scopes: () => 'Slack 权限范围',
  subject_staging_folder: ({ target }) => `暂存目录（${target}）`,
  subject_state_database: () => '状态数据库',
  subject_state_rights: () => '状态数据库的权限',
  subject_state_sessions: () => '状态数据库的会话',
  subject_table: ({ name }) => `表 ${name}`,
  subject_trading_database: () => '交易数据库',
  subject_trading_role: () => '交易数据库角色',
  subject_trading_source: () => '交易数据来源',
  subject_training_bounds: () => '训练的限制',
  subject_training_database: () => '训练数据库',
  subject_training_role: () => '训练数据库角色',
  subject_training_source: () => '训练数据来源',
  subject_training_table: ({ name }) => `训练用的表 ${name}`,
  account_unknown: () => '不知道服务以哪个账户运行',
  bot_in_channel: () => '机器人在该频道中',
  bot_not_in_channel: () => '机器人不在该频道中',
  host_seen: ({ because }) => toldHostFault(hostFault, because),
  cannot_ask_account: ({ because }) => `无法查询服务账户：${toldHostFault(hostFault, because)}`,
  cannot_list: ({ path, because }) => `无法列出 ${path}：${toldHostFault(hostFault, because)}`,
  cannot_read: ({ path, because }) => `无法读取 ${path}：${toldHostFault(hostFault, because)}`,
  cannot_read_process: ({ pid, because }) =>
    `无法读取进程 ${pid} 的环境：${toldHostFault(hostFault, because)}`,
  clock_unread: ({ code }) => `没有回应（${code}）`,
  clock_stands: ({ aheadSecs, errorSecs, against }) =>
    `${aheadSecs < 0 ? '慢' : '快'} ${Math.abs(aheadSecs).toFixed(3)} 秒 ± ${errorSecs.toFixed(3)} 秒（对照${AGAINST[against] ?? against}）`,
  acts_allowed: ({ count }) => `停止所用的 ${count} 条命令都在，且允许运行`,
  cannot_ask_rights: ({ command, because }) =>
    `无法得知是否允许运行 \`${command}\`：${toldHostFault(hostFault, because)}`,
  channel_takes_nothing: ({ code }) => `机器人在该频道只能读、不能发（${code}）：报警将无法发出`,
  file_not_replaceable: ({ path, because }) =>
    `停止时将无法写入 ${path}：${toldHostFault(hostFault, because)}`,
  files_withheld: ({ paths }) => `机器人无权读取 ${paths}：其中未完成的停止无人继续，其事件也不在审计记录中`,
  files_replaceable: ({ paths }) => `停止时可以替换 ${paths}（已用旁边的文件试过）`,
  layer_not_listed: ({ path }) => `unit 会读取 ${path}，但 targets 文件没有列出：其中的内容可能重新开启策略`,
  layer_not_read: ({ path }) => `unit 不读取 ${path}：停止时写入它不起作用`,
  layer_not_told: ({ path }) => `unit 读取 ${path}：无法得知是哪些文件`,
  layer_other_order: ({ path }) => `unit 读取文件的顺序与 targets 文件不同（${path}）：生效的会是另一个文件`,
  program_missing: ({ program }) => `\`${program}\` 不存在或不允许运行：停止时无法执行`,
  restart_rights_unseen: ({ unit, account }) =>
    `账户 ${account} 不用 sudo 重启 ${unit}，且不是 root：是否允许只有真正执行时才知道`,
  sudo_refuses: ({ command, words }) =>
    `sudo 不允许该账户运行 \`${command}\`${words === '' ? '' : `（${words}）`}`,
  sudo_unseen: ({ command }) => `无法询问 sudo 是否允许 \`${command}\`：该主机上的文件由另一个账户查看`,
  channel_not_found: () => '没有该频道，或该频道是私有的且机器人不在其中',
  folder_takes: ({ path }) => `${path} 可写`,
  folder_usable: ({ path }) => `${path} 可读写`,
  may_not_create: () => '该角色无法创建模式和表',
  may_not_use: ({ tables }) => `该角色无法读写 ${tables}`,
  more_than_read: ({ rights }) => `不是只读：${rights}`,
  path_missing: ({ path }) => `缺少 ${path}`,
  role_may_all: () => '可创建、读取和写入',
  sessions_own: () => '为机器人独占：进程被杀后数秒内即可察觉',
  role_may_read: () => '可读，不可写',
  runbook_read: ({ book, checks }) => `${book}，${checks} 项检查`,
  scopes_missing: ({ names }) => `令牌缺少 ${names}`,
  scopes_unknown: () => 'Slack 没有说明令牌的权限',
  dead_man_holds: () => '可设置 dead man：发布到期时主机能自行关闭策略',
  dead_man_missing: () => '没有 dead man：机器人不在时，到期后没有任何东西会关闭策略',
  dead_man_refused: ({ because }) => `拒绝设置 dead man：${toldHostFault(hostFault, because)}`,
  processes_unknown: () => '无法得知哪些进程属于该服务：停机永远无法得到验证',
  other_command: ({ unit }) => `进程的启动命令与 ${unit} 当前的不同：unit 已重新读取，但未重启`,
  unit_changed: ({ unit }) => `${unit} 在进程启动后被修改，且未重启`,
  process_frozen: ({ pid }) => `进程 ${pid} 已被暂停或冻结，不做任何工作`,
  machine_named_twice: ({ one, other }) =>
    `${one} 与 ${other} 是同一台机器（/etc/machine-id），targets 文件却用了两种写法`,
  processes_outlive: () => '该单元停止时可能留下进程：那样停机无法得到验证',
  service_idle: ({ about }) => `${about}，没有进程`,
  service_runs: ({ about, pid }) => `${about}，进程 ${pid}`,
  slack_identity: ({ user, team, kind }) => `${team} 中的 ${user}，${kind}`,
  slack_not_configured: () => '未配置；终端无需 Slack 也可使用',
  state_answers: ({ version, folder }) =>
    `PostgreSQL ${version}（${folder === undefined ? 'DATABASE_URL' : `内置，位于 ${folder}`}）`,
  source_is: ({ role, lagSecs, maxLagSecs, isPaused, isReadOnly, isPooled }) =>
    [
      role === 'primary'
        ? '主库'
        : `备库，${lagSecs === undefined ? '延迟未知' : `落后 ${lagSecs.toFixed(1)} 秒`}`,
      ...(role === 'primary'
        ? []
        : [maxLagSecs === undefined ? '未经配置允许' : `允许落后至多 ${maxLagSecs} 秒`]),
      ...(isPaused ? ['回放已暂停'] : []),
      ...(isReadOnly && role === 'primary' ? ['已设为只读'] : []),
      ...(isPooled ? ['经由连接池'] : []),
    ].join('，'),
  table_missing: () => '尚不存在',
  table_readable: () => '可读',
  table_withheld: () => '行级安全策略（RLS）使该角色看不到其部分行',
  table_refused: () => '该角色无权读取',
  trading_url_missing: () => '未设置 TRADING_DATABASE_URL：所有 SQL 检查都会是 ERROR',
  venue_answers: ({ question, count }) =>
    question === 'openOrders' ? `${count} 笔挂单；未撤销任何订单` : `持有 ${count} 个仓位`,
  venue_fault: ({ question, venueFault }) => `${question}：${toldVenueFault(venueTexts, venueFault)}`,
  venue_cancels_nothing: () => '未配置撤单方法：停止时只查询',
  training_bounded: ({ bounds, minutes }) => `${bounds}：训练程序可运行 ${minutes} 分钟，其语句会提前被终止`,
  training_unbounded: () => '没有会终止训练语句的时限',
  training_url_answers: ({ places }) => `TRAINING_DATABASE_URL 对本机有回应${elsewhere(places)}`,
  training_url_shared: ({ places }) =>
    `未设置或未使用 TRAINING_DATABASE_URL：训练程序使用 TRADING_DATABASE_URL，即检查的角色及其限制${elsewhere(places)}`,
  do_check_database_url: () => '请检查 DATABASE_URL（或 DATA_DIR 目录），并确认服务器有回应。',
  do_check_host: () => '请检查 targets 文件中的主机条目，以及机器人账户在该主机上的权限。',
  do_check_venue: () =>
    '请用机器人账户在该主机上运行此程序，并与 targets 文件的 `venue` 对照（docs/targets.md）。',
  do_allow_posting: () => '请允许机器人在该频道发言（频道设置或取消归档），或改用其他频道。',
  do_allow_sudo: ({ command }) => `请在 sudoers 中为该账户的这条命令加上 NOPASSWD：\`${command}\`。`,
  do_hold_drill: () => '请在允许的目标上做一次演练（/lobml drill），或改用 sudo 操作该服务。',
  do_install_program: () => '请修正 targets 文件中的命令，或安装该程序。',
  do_match_files: () => '请按 unit 中的文件和顺序填写 targets 文件的 `environmentFiles`。',
  do_open_environment: ({ folder }) =>
    `请让该账户可以在 ${folder} 中新建、改名、删除文件并保持其属主：自己拥有它们，或对文件使用 sudo（\`connection.ssh.sudo\`）。`,
  do_take_files: ({ folder }) =>
    `请把它们交给机器人的账户：\`chown -R --reference=${folder} ${folder}/halts ${folder}/journal\`。`,
  do_set_cancel: () => '请设置 `venue.cancelOrders`（docs/targets.md）。',
  do_check_trading_url: () => '请检查 TRADING_DATABASE_URL；docs/trading-database-role.md 说明如何创建角色。',
  do_check_training_url: () =>
    '请检查 TRAINING_DATABASE_URL；docs/trading-database-role.md 说明如何创建其角色。',
  do_correct_channels: () => '请更正 targets 文件中的 `channels`，或在该频道邀请机器人：/invite @lobml。',
  do_use_current_training: () =>
    '请让 TRAINING_DATABASE_URL 指向主库，或恢复备库的回放：否则模型会用旧数据训练。',
  do_use_primary: () =>
    '请让 TRADING_DATABASE_URL 指向主库，尽量不经连接池；若允许备库应答，请设置 TRADING_DATABASE_STANDBY_MAX_LAG_SECS。',
  do_show_rows: () => '请让该角色能看到所有行：ALTER ROLE … BYPASSRLS，或关闭该表的行级安全。',
  do_grant_select: ({ agentId }) => `请授予机器人角色 SELECT 权限，或启动写入它的程序（agent ${agentId}）。`,
  do_install_manifest: () => '请将 manifest.json 更新到应用设置，重新安装到工作区，并重新复制令牌。',
  do_name_machine_once: () =>
    '请在两处写相同的地址和端口，计划才能看到它们共用什么。若是同一磁盘的克隆，请各自生成 id（`systemd-machine-id-setup`）。',
  do_make_models: ({ path }) => `请创建模型目录 ${path}，并让机器人的账户可读取；发布还需要写入。`,
  do_make_staging: ({ path }) => `请创建目录 ${path}，并让机器人的账户可读写：待部署的文件存放在那里。`,
  do_make_trading_role: () => '请按 docs/trading-database-role.md 创建角色，或用 REVOKE 收回不需要的权限。',
  do_make_training_role: () =>
    '请按 docs/trading-database-role.md 创建角色 lobml_trainer，将 TRAINING_DATABASE_URL 设为它，并在 runbook 的 `training.environment` 中使用该变量。',
  do_allow_dead_man: () =>
    '请允许该账号运行 `systemd-run` 以及对 `lobml-dead-man-*.timer` 的 `systemctl stop`，或检查 `service.deadMan`（docs/targets.md）',
  do_set_dead_man: () => '请设置 `service.deadMan`：设置、解除和查看定时器的命令（docs/targets.md）',
  do_set_processes: () => '请设置 `service.processes`，即输出进程号的命令（docs/targets.md）',
  do_let_go_on: ({ pid }) =>
    `请让它继续（\`kill -CONT ${pid}\`，或对该 unit 执行 \`systemctl thaw\`），或重启服务`,
  do_restart_with_release: () => '请通过发布（/lobml deploy）重启，或将 unit 恢复原状',
  do_set_kill_mode: () => '请在单元中设置 KillMode=control-group 和 SendSIGKILL=yes',
  do_open_environ: () =>
    '没有它就无法证明启动或停止。请让机器人的账户可读取 /proc/PID/environ（sudo），或提供 `environ` 命令（docs/targets.md）。',
  do_open_journal: ({ path }) =>
    `请让机器人的账户可以写入 ${path}（DATA_DIR），且磁盘有空间：停止操作的日志保存在那里。`,
  do_own_database: () =>
    '请让同一角色拥有该数据库和 lobml 模式（ALTER DATABASE … OWNER TO、ALTER SCHEMA lobml OWNER TO）。',
  do_reinstall_app: () => '请用 manifest.json 重新安装应用，并重新复制令牌。',
  do_see_example: () => '参见 .env.example。',
  do_set_clock: () => '请用 NTP（chrony、systemd-timesyncd）校准该时钟；在此之前，窗口与启动证明不可信。',
  do_set_before_start: () => '请在启动机器人前设置。',
  do_set_service_user: () =>
    '请在 targets 文件的 service 中设置 `user`，或让 status 命令输出 User=（docs/targets.md）。',
  do_set_slack_tokens: () =>
    '要运行机器人，请设置 SLACK_BOT_TOKEN，以及 SLACK_APP_TOKEN 或 SLACK_SIGNING_SECRET。',
  do_set_trading_url: () => '请将 TRADING_DATABASE_URL 设为只读角色。',
};

/** A trainer elsewhere has a way of its own to the database, which nobody has looked at. */
function elsewhere(places: string): string {
  return places === 'local' ? '' : `（训练程序运行于 ${places}，未从那里查看）`;
}
