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

const didYouMean = (nearest: string | undefined): string => (nearest ? `是否想写 \`${nearest}\`？` : '');

const usage: Sentences<UsageFacts> = {
  audit_words: () => '请使用 `verify`、`verify --file EXPORT`、`verify --against EXPORT` 或 `export`。',
  evidence_words: () =>
    '请使用 `evidence ID --out DIR`（ID 为 `history` 显示的发布或停止编号），或 `evidence verify DIR`。',
  backtest_days: ({ most }) => `--days 应为 1 到 ${most} 的整数。`,
  backtest_every: ({ leastSecs, mostDays }) =>
    `--every 应为时长，如 5m、1h 或 1d，从 ${leastSecs} 秒到 ${mostDays} 天。`,
  csv_in_slack: () => '`--csv` 会写文件，只能在终端使用。没有启动回测。',
  backtest_moments: ({ most }) => `这将超过 ${most} 个时刻。请减少天数，或加大 --every。`,
  flag_needs_value: ({ flag }) => `\`${flag}\` 需要一个值。`,
  flag_twice: ({ flag }) => `\`${flag}\` 出现了两次：请只写一次。`,
  halt_id_missing: () => '请使用 `history --incident ID`，ID 为该次停止的编号。',
  history_id_missing: ({ flag }) => `\`${flag}\` 之后需要历史记录中的 id。`,
  horizon_missing: ({ known }) => `请指定要训练的周期：${known}。`,
  lock_duration: ({ duration }) =>
    `\`${duration}\` 不是锁定时长：请用分钟、小时或天，如 30m、2h 或 3d，最多 90 天。未锁定任何目标。`,
  lock_target_missing: ({ known }) => `请先说明要锁定的目标，再说明原因。已知：${known}。`,
  lock_reason_missing: () => '请说明锁定原因：想要部署的人都会看到它。',
  not_a_pair: ({ pair }) => `\`${pair}\` 不是 KEY=VALUE 形式。`,
  parameter_kind: ({ name, known, text }) =>
    `\`${text}\` 不能作为 ${name} 的值：它在 runbook 中为 \`${known}\`。`,
  override_reason_missing: () => '--despite-checks 之后需要用引号写明理由。',
  rollback_reason_missing: () => '--reason 需要文字。',
  rollback_all_models: () => '--all 只能与 --disable 或 --stop 一起使用：上一个模型须逐个目标恢复。',
  rollback_several_acts: () => '请给出 --disable、--previous-model、--stop 或 --stop-entries 之一。',
  too_many_words: ({ word, usage }) => `这里不需要 \`${word}\`。用法：\`${usage}\`。`,
  which_target: ({ known }) => `可能指多个策略。请指定目标：${known}。`,
  unclosed_quote: ({ quote }) => `引号没有闭合：缺少 ${quote}。未执行任何操作。`,
  unknown_check: ({ name, nearest }) => `没有名为 \`${name}\` 的可回放检查或章节。${didYouMean(nearest)}`,
  unknown_option: ({ flag, nearest }) => `没有选项 \`${flag}\`。${didYouMean(nearest)}`,
  unknown_parameter: ({ name, nearest }) => `runbook 没有参数 \`${name}\`。${didYouMean(nearest)}`,
  unknown_target: ({ name, known, nearest }) =>
    `没有目标 \`${name}\`。${didYouMean(nearest)}已知目标：${known}。`,
  unknown_word: ({ word }) => `这里不需要 \`${word}\`。`,
};

const FORBIDDEN: Readonly<Record<UserFaultFacts['forbidden']['act'], string>> = {
  drill: '只有操作员可以进行演练。',
  roll_back: '你无权执行回滚。',
  train: '你无权启动、放行或取消训练。未做任何改动。',
  steer_release: '只有操作员和发布申请人可以这样做。',
  steer_watch: '只有操作员可以开关值守，或接手它的呼叫。',
};

const STALE = '该按钮属于已不再运行的旧版本机器人。未执行任何操作，请重新运行命令。';

const userFault: Sentences<UserFaultFacts> = {
  already_acknowledged: ({ who }) => `该警告已由 ${who} 确认。`,
  busy: ({ horizon, who }) => `${horizon} 的训练已在进行，由 ${who} 启动。没有启动新的训练。`,
  forbidden: ({ act, who }) =>
    `${FORBIDDEN[act]} ${who.length > 0 ? `有权操作的人：${who.join(', ')}。` : '目前没有列出任何人。'}`,
  directory_away: () => '目前无法从 Slack 查询该人员的身份，因此未作任何决定。请一分钟后重试。',
  directory_away_in_terminal: () => '审批只能在 Slack 中进行，不能在终端中进行。未执行任何操作。',
  drill_during_halt: ({ target }) =>
    `${target} 的停止仍在进行，因此未开始演练。请等待其结束：\`/lobml rollback ${target}\` 可查看。`,
  drill_during_release: ({ target }) =>
    `${target} 的发布正在申请或进行，演练会使其终止。未执行任何操作；请等待其结束，或先取消它。`,
  drill_goes_on: ({ target, who }) =>
    `${target} 的演练已在进行，由 ${who} 开始。\`/lobml drill ${target} --last\` 可查看。`,
  drill_is_off: ({ target }) =>
    `未见 ${target} 的每台主机都已打开开关，停止证明不了任何事。未执行任何操作；请先用 \`/lobml deploy ${target}\` 启用。`,
  late_window: () => '窗口未能打开：Slack 只允许三秒，而时间已过。请重试。',
  lookback_out_of_range: ({ most }) => `--lookback-hours 应为 1 到 ${most} 的整数。`,
  embedded_does_not_end: ({ pid }) => `内嵌 PostgreSQL（进程 ${pid}）没有结束：请手动结束后重新启动。`,
  embedded_no_account: () =>
    '内嵌 PostgreSQL 不能以 root 运行，也没有找到账户 postgres 或 nobody：请换用其他用户运行，或设置 DATABASE_URL。',
  embedded_no_binaries: ({ name }) =>
    `本机没有可用的内嵌 PostgreSQL（无法加载 ${name}）：请将 DATABASE_URL 设为一个 PostgreSQL 服务器，或安装可选依赖。`,
  embedded_no_port: () => '127.0.0.1 上没有可供内嵌 PostgreSQL 使用的空闲端口。',
  embedded_not_made: ({ folder, words }) => `无法在 ${folder} 中初始化内嵌 PostgreSQL：${words}`,
  embedded_not_reached: ({ uid, place }) =>
    `内嵌 PostgreSQL 的账户（uid ${uid}）已无法进入 ${place}：请授予其进入上级目录的权限，或移动该目录并留下符号链接。`,
  no_staging: ({ target }) =>
    `目标 ${target} 在本机没有暂存目录，模型无处存放：请在 targets 文件中设置 \`staging\`。没有启动任何训练。`,
  no_training: () => 'runbook 没有说明如何训练模型：请添加 `training`。没有启动任何训练。',
  evidence_key: ({ key }) => `${key} 不是指纹（64 位十六进制），也不是可读取的 PEM 公钥文件。`,
  evidence_folder_taken: ({ folder }) =>
    `${folder} 不是空文件夹，因此未写入任何内容。请指定尚不存在的文件夹。`,
  evidence_folder_unwritable: ({ folder, code }) =>
    `无法创建 ${folder}（${code}），未留下任何内容。其上级文件夹必须存在且可写。`,
  not_a_member: () => '访客、机器人和已停用的账号不能确认警告。请让工作区成员确认。未保存任何内容。',
  not_a_warning: () => '本次运行没有该警告。未保存任何内容。',
  not_in_channel: ({ channel }) =>
    `我无法在 <#${channel}> 中发消息，因此那里的人都看不到。请在该频道输入 \`/invite @lobml\`。您的请求可能已经执行：重试前请先查看 \`/lobml status\`。`,
  operators_unknown: () =>
    'Slack 没有及时告知你是否为操作员，因此未执行任何操作。请将你的 id 写入 targets 文件，或在终端运行 `lobml rollback TARGET --disable`。',
  page_gone: () => '无法翻页：该页起始的记录已不存在。请重新输入命令。',
  quorum_not_counted: () =>
    '您的决定已保存。暂时无法统计审批人数：Slack 或数据库没有响应。下次点击该申请时会统计；请一分钟后再试。',
  runbook_changed_since: ({ file }) =>
    `${file} 在加载之后被修改，此处使用的已不是其当前内容。请重启机器人后再试。`,
  selftest_needs_createdb: () =>
    '自检需要一个临时数据库，但 DATABASE_URL 的角色无权创建。请授予 CREATEDB（ALTER ROLE … CREATEDB），或不设 DATABASE_URL，在内嵌 PostgreSQL 上运行自检。',
  staging_not_writable: ({ target, folder, code }) =>
    `目标 ${target} 的暂存目录不可写（\`${folder}\`，${code}），训练出的模型将无处存放。请允许 bot 写入该目录。没有启动任何操作。`,
  too_late: () => '本报告已过期，其警告无法再确认。未保存任何内容。请重新运行 Go/No-Go。',
  too_late_to_cancel: () => '训练已结束，或已有人取消。未做任何改动。',
  unknown_halt: () => '审计记录中没有该编号的停止。',
  unknown_horizon: ({ asked, known }) => `没有周期 \`${asked}\`；可用周期：${known}。`,
  unknown_modal: () => STALE,
  unknown_place: ({ id }) => `没有保存运行、发布或停止 \`${id}\`，因此无法从它之前翻页。`,
  unknown_release_or_halt: ({ id }) => `没有编号为 ${id} 的发布或停止。\`history\` 会显示编号。`,
  unknown_run: ({ id }) => `该目标没有保存运行、发布或停止 \`${id}\`。\`lobml history\` 会列出全部记录。`,
  unwritable_file: ({ file, because }) => `无法写入文件 ${file}（${because}）。`,
  unreadable_file: ({ file }) => `无法读取文件 ${file}。`,
};

/** 已知的处理办法。 */
const systemWayOut: Readonly<Record<string, string>> = {
  EADDRINUSE: '请结束该程序，或为机器人设置其他 PORT。',
  EACCES: '请授予机器人所用账户相应权限。',
  ENOSPC: '请腾出空间。',
  EROFS: '请以可写方式挂载，或改用其他位置。',
};

export const systemFault = (fault: SystemFault): string =>
  `操作系统拒绝：${toldSystemFault(systemWords, fault, '：')}。${systemWayOut[fault.errno] ?? ''}`;

const surface: Sentences<SurfaceFacts> = {
  at_place: ({ place, told }) => `${place || '文件'}：${told}`,
  database_fault: (told) =>
    `${toldFault(databaseFault, told)}。${databaseWayOut[told.fault]?.(told.database) ?? ''}`.trim(),
  database_does_not_answer: ({ cause }) =>
    `数据库没有回应（${cause}），因此未能执行。请在其恢复后重试；\`lobml doctor\` 显示是哪一个。`,
  done: () => '✓ 已完成，可以关闭此窗口。',
  failed: ({ cause }) => `lobml 出错：${cause}。请重新运行；若仍如此，\`lobml doctor\` 会检查它所需的一切。`,
  host_does_not_answer: ({ because }) =>
    `${toldHostFault(hostFault, because)} 请在主机恢复响应后重试；\`lobml doctor\` 显示可访问的依赖。`,
  internal_error: ({ reference }) =>
    `发生了不应出现的内部错误。重试前请先查看 \`/lobml status\`；日志中编号为 *${reference}* 的记录说明了原因。`,
  kill_switch_goes_on: ({ fault }) => `${fault}（紧急停止仍使用可读取的目标继续）`,
  start_refused: ({ faults }) => `lobml 无法启动：\n${faults}`,
  system_fault: systemFault,
  unforeseen: ({ cause }) =>
    `出现意料之外的错误，程序原话：“${cause}”。请运行 \`lobml doctor\`；若未发现问题，请查看日志。`,
  still_working: () => '⏳ 仍在处理中……',
  subcommand_help: ({ name, usage }) => `用法：${usage}\n${summaries[name] ?? ''}`,
  usage: ({ usage }) => `用法：${usage}`,
  usage_in_slack: ({ usage }) => `用法：\`${usage}\``,
};

/** What is told as a code with its facts: errors, and what the surfaces say by themselves. */
export const sentences = { ...usage, ...userFault, ...surface, ...doctor, ...variable, ...fileFault };
