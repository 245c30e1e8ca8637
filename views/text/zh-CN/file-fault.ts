import type { FileFaultFacts } from '../../../src/domain/file-fault.js';
import type { Sentences } from '../../../src/domain/sentence.js';

const meant = (nearest: string | undefined): string =>
  nearest === undefined ? '' : `；是否指 \`${nearest}\`？`;

/** 少了哪些检查、多了哪些。 */
const lostAndMore = (lost: readonly string[], more: readonly string[]): string =>
  [lost.length === 0 ? '' : `缺少 ${lost.join('、')}`, more.length === 0 ? '' : `多出 ${more.join('、')}`]
    .filter((part) => part !== '')
    .join('；') || '类型相反';

/** After the place in the file. */
export const fileFault: Sentences<FileFaultFacts> = {
  address_and_port_shape: () => '请写带端口的地址，例如 127.0.0.1:9100 或 [::1]:9100',
  header_shape: () => '这不是可以发送的请求头',
  secret_in_file: () => '机密不应写在此文件中：请使用无需机密的端点',
  url_shape: () => '请写以 http:// 或 https:// 开头的 URL',
  column_shape: () => '请写列名，或 COLUMN.KEY',
  identifier_shape: () => '请写由小写字母、数字和 _ 组成的名称',
  same_word_for_both: () => '同一个词既表示入场又表示离场：请写明能区分两者的列 `isBuy`',
  flag_missing: () => '`flag` 缺失或没有指定变量，因此不知道启用开关的名称',
  absolute_path_shape: () => '请写绝对路径',
  account_name_shape: () => '请写主机上的账号名',
  channel_id_shape: () => '请写 Slack 频道 ID（C…）',
  environment_path_shape: () => '请写绝对路径；文件可以不存在时在前面加 -',
  file_stem_shape: () => '请写不带扩展名的文件名',
  group_id_shape: () => '请写 Slack 用户组 ID（S…）',
  horizon_shape: () => '请写成类似 5m 的预测周期',
  member_id_shape: () => '请写 Slack 用户 ID（U…）或用户组 ID（S…）',
  name_shape: () => '请写由字母、数字和 _ 组成的名称',
  number_inexact: () => '大于 9007199254740991 的整数在此无法精确表示：请加引号写成文本',
  one_line_shape: () => '请只写一行',
  operator_missing: () => '请至少写一名操作员：只有操作员能停止策略',
  section_id_shape: () => '请写清单的编号，例如 `2.2-A`',
  ssh_address_shape: () => '请写主机、user@host 或 ssh 配置中的名称',
  target_missing: () => '请至少写一个目标',
  target_name_shape: () => '请用小写字母、数字和 - 书写目标名',
  trainer_variable_shape: () => '请写变量名',
  training_place_shape: () => '请写 `local`、主机名或 TARGET/HOST',
  unit_name_shape: () => '请写带 .service 的单元名',
  cron_shape: () => '请用五段且会到来的 cron 写开始时间（分、时、日、月、星期），例如 `0 16 * * FRI`',
  freeze_duration_shape: () => '请用天、小时、分钟写持续时间，例如 `2d 16h`',
  time_zone_shape: () => '请写 IANA 时区，例如 `Asia/Shanghai`',
  user_id_shape: () => '请写 Slack 用户 ID（U…）',
  variable_shape: () => '请写不带前缀的大写变量名',
  chapter_shape: () => '请写清单的章号，例如 `2`',
  check_id_shape: () => '请写成类似 `data.prices.lag` 的编号',
  criterion_id_shape: () => '请写成类似 `data_fresh` 的编号',
  pass_missing: () => '检查需要 `pass` 条件',
  fail_missing: () => '检查需要 `fail` 条件',
  scratch_path_shape: () => '请写临时目录内的路径，例如 env/strategy.env',
  library_says: ({ text }) => `无法理解：${text}`,
  not_yaml: ({ problem }) => `不是有效的 YAML：${problem}`,
  schema_says: (told) => told['zh-CN'],
  unknown_key: () => '没有这个键',
  cases_unreadable: () => '无法读取 runbook 的用例：请写在 runbook 旁边（docs/check-cases.md）',
  prefix_missing: () => '`envPrefix` 缺失或不是前缀，因此不知道启用开关的名称',
  runbook_unreadable: () => '无法读取 runbook：请将 RUNBOOK_FILE 设为一个 runbook',
  runbook_unreadable_for_halt: () => '无法读取 runbook，因此不知道启用开关的名称：请设置 RUNBOOK_FILE',
  targets_unreadable: () => '无法读取 targets 文件：请复制 targets.example.yaml，或设置 TARGETS_FILE',
  check_in_shadow: ({ id }) => `\`${id}\` 处于 shadow 模式，不参与判定`,
  check_not_in_gonogo: ({ id }) => `\`${id}\` 不在任何 \`gonogo\` 类的章节中`,
  check_unknown: ({ id }) => `没有检查 \`${id}\``,
  condition_column_unknown: ({ name, nearest }) =>
    `条件读取了 \`${name}\`，但此检查的行没有该列${meant(nearest)}`,
  feature_column_unknown: ({ name, nearest }) => `其查询没有列 \`${name}\`${meant(nearest)}`,
  query_column_unknown: ({ name, nearest }) => `该查询没有列 \`${name}\`${meant(nearest)}`,
  condition_not_boolean: ({ type }) => `条件的结果是 true 或 false，而这一个的类型是 ${type}`,
  default_impossible: () => '默认值不是该变量允许的值',
  flag_value_impossible: () => '不是该变量允许的值',
  id_twice: ({ id }) => `编号 \`${id}\` 重复`,
  key_beside: ({ key, main }) => `\`${key}\` 只能与 \`${main}\` 一起使用`,
  parameter_missing: ({ parameter }) => `参数 \`${parameter}\` 不存在`,
  parameter_no_number: ({ parameter }) => `参数 \`${parameter}\` 不是数字`,
  parameter_no_list: ({ parameter }) => `参数 \`${parameter}\` 不是列表`,
  parameter_reserved: ({ name }) => `\`${name}\` 由运行本身设置：请换一个名称`,
  pattern_not_linear: ({ part }) =>
    `正则表达式含有 \`${part}\`：环视和反向引用无法在线性时间内匹配（RE2 语法，见 docs/runbook-format.md）`,
  pattern_too_long: ({ most }) => `正则表达式超过 ${most} 个字符`,
  probe_not_one: ({ known, found }) =>
    `一个检查只能有 ${known.join(', ')} 之一；这一个${found.length === 0 ? '没有' : `有 ${found.join('、')}`}`,
  query_unknown: ({ name }) => `\`queries\` 下没有查询 \`${name}\``,
  relative_file: () => '请写文件在主机上的绝对路径',
  sql_clock: ({ word }) =>
    `SQL 读取了时钟（\`${word}\`）：请写 \`\${asOf}\`（本次运行的时刻），或用 \`\${now}\` 界定来自未来的行`,
  sql_count: ({ count }) => `SQL 含有 ${count} 条语句，而一个检查只能有一条`,
  sql_file_outside: ({ name }) => `文件 \`${name}\` 位于 runbook 目录之外`,
  sql_file_unreadable: ({ name }) => `无法读取 runbook 旁的文件 \`${name}\``,
  sql_effect: ({ name }) => `SQL 调用了 \`${name}\`，它有副作用或会执行其他 SQL；检查只能读取`,
  sql_parameter_unknown: ({ name }) => `SQL 使用了不存在的参数 \`${name}\``,
  sql_time_text: () => '把拼接得到的文本转换为时间，而这样的文本可能是 `now`；请直接写出文本，或绑定参数',
  sql_unparsable: ({ problem }) => `SQL 无法解析：${problem}`,
  sql_writes: () => 'SQL 不只是读取：请写一条 SELECT（或 WITH … SELECT）',
  tolerance_missing: () => '比较时钟需要 `tolerance`：一个参数，单位为秒',
  loaded_line_shape: () => '请先写该行的消息，其余每项写它的一个字段：`path={VARIABLE}`',
  start_log_missing: () => '启动证明需要 `startLog`：启动在日志中的样子',
  probe_kind_unknown: ({ name, nearest }) => `没有探测类型 \`${name}\`${meant(nearest)}`,
  text_column_unknown: ({ name, nearest }) =>
    `文本使用了 \`{${name}}\`，但此检查的行没有该列${meant(nearest)}`,
  text_format_unknown: ({ format, known }) => `文本要求格式 \`${format}\`；可用的有 ${known}`,
  text_not_filled: ({ hole }) => `此处不会填入任何值：请去掉 \`${hole}\``,
  text_parameter_unknown: ({ parameter }) => `文本使用了不存在的参数 \`${parameter}\``,
  variable_unknown: ({ name }) => `\`variables\` 下没有变量 \`${name}\``,
  case_bound_unknown: ({ name }) => `runbook 没有数值参数 \`${name}\``,
  word_ambiguous: ({ word }) => `\`${word}\` 同时表示两个取值`,
  case_criterion_differs: ({ id, lost, more }) =>
    `runbook 中的标准 \`${id}\` 与此不同：${lostAndMore(lost, more)}；请改回 runbook，或有意修改此处`,
  case_run_differs: ({ kind, lost, more }) =>
    `${kind} 运行所含的检查与此不同：${lostAndMore(lost, more)}；请改回 runbook，或有意修改此处`,
  case_check_unknown: ({ check }) => `runbook 没有检查 \`${check}\``,
  model_not_listed: ({ model }) => `\`models\` 下没有模型 \`${model}\``,
  model_unknown: ({ model }) => `没有模型 \`${model}\``,
  lookback_too_long: () => '大于 `maxLookbackHours`',
  placeholder_missing: ({ name }) => `命令没有使用 \`{${name}}\``,
  placeholder_unknown: ({ name, known }) => `没有 \`{${name}}\`；可用的有 ${known}`,
  training_folder_missing: ({ host, connection }) =>
    `主机 \`${host}\` 通过 ${connection} 访问，因此 \`workingFolder\` 必须写明那里的目录：训练保存在其下`,
  training_host_ambiguous: ({ host, names }) => `多个目标都有主机 \`${host}\`：请写 ${names} 之一`,
  training_host_unknown: ({ host, file }) => `${file} 中没有主机 \`${host}\`；\`local\` 是机器人自己的机器`,
  strategy_open: ({ known }) => `已加载多个 runbook：请填写 \`strategy\`，可选 ${known}`,
  strategy_unknown: ({ strategy, known }) => `没有策略 \`${strategy}\` 的 runbook；现有 ${known}`,
  strategy_twice: ({ strategy }) => `另一个 runbook 也属于策略 \`${strategy}\``,
  training_target_unknown: ({ target, file }) => `${file} 中没有目标 \`${target}\``,
  training_without_gate: () => '训练需要一个带 `model` 的检查，作为产出模型的闸门',
  checkpoint_too_late: ({ last, confirmMinutes }) =>
    `最后一次检查在首次启动后 ${last} 分钟，而发布开始 ${confirmMinutes} 分钟后会自行关闭：请把 \`confirmMinutes\` 设得更大`,
  host_setting_missing: ({ setting }) => `请写明 \`${setting}\`，写在这里或写给整个目标`,
  host_twice: ({ host }) => `主机 \`${host}\` 重复`,
  promotes_from_stranger: ({ from, target }) =>
    `\`${target}\` 的模型只能从同一策略的另一个 target 晋级，\`${from}\` 不是`,
  same_rows: ({ one, other, dryRun, accountId }) =>
    `目标 \`${one}\` 与 \`${other}\` 会读取相同的订单（dryRun ${dryRun}，${accountId === '' ? '任意账户' : `账户 ${accountId}`}）：请为它们设置不同的 \`accountId\` 或 \`dryRun\``,
  service_twice: ({ host, other, service }) =>
    `\`${host}\` 与 \`${other}\` 是同一台机器上的同一服务（\`${service}\`）：请去掉其中一个`,
  target_unknown: ({ target }) => `\`targets\` 下没有目标 \`${target}\``,
  venue_host_unknown: ({ names }) => `请写该目标的主机之一：${names}`,
  written_file_unknown: () => '请写 `environmentFiles` 之一',
};
