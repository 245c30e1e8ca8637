import type { ObservedRow } from '../../../src/domain/check-run.js';
import { sayConditionFault } from '../../../src/domain/condition.js';
import { sayDatabaseFault } from '../../../src/domain/database-fault.js';
import { cell, quotedCell, valueText, written } from '../../cell.js';
import type { ReportText } from '../en/report.js';
import { conditionFault } from './condition-fault.js';
import { databaseFault, databaseWayOut } from './database-fault.js';
import { modelFaults, whyOf } from './model-faults.js';

const where = (row: ObservedRow): string =>
  row['line'] === null || row['line'] === undefined
    ? cell(row, 'file')
    : `${cell(row, 'file')} 第 ${cell(row, 'line')} 行`;

const didYouMean = (row: ObservedRow): string =>
  row['nearest'] ? `是否想写 ${quotedCell(row, 'nearest')}？` : '';

const itsDefault = (row: ObservedRow): string =>
  row['kept'] ? `默认值 ${quotedCell(row, 'kept')}` : '默认值';

const startFailure = (row: Parameters<typeof cell>[0]): string => {
  const reasons: Readonly<Record<string, string>> = report.startFailure;
  return reasons[cell(row, 'because')] ?? cell(row, 'because');
};

const quoted = (row: Parameters<typeof cell>[0]): string => {
  const lines = Array.isArray(row['quotes']) ? row['quotes'].slice(-2) : [];
  return lines.length === 0 ? '' : `日志：${lines.map((line) => `\`${valueText(line)}\``).join(' ')}`;
};

export const report: ReportText = {
  verdict: {
    GO: 'GO（通过）',
    GO_WITH_WARNINGS: 'GO（有警告）',
    HOLD: 'HOLD（暂缓）',
    NO_GO: 'NO-GO（阻断）',
  },
  outcome: {
    PASS: '通过',
    WARN: '警告',
    FAIL: '失败',
    INCONCLUSIVE: '无法判定',
    ERROR: '错误',
    SKIPPED: '已跳过',
  },
  kind: { precheck: '上线前检查', verify: '上线后验证', gonogo: 'Go/No-Go' },
  reason: {
    conditions_hold: () => '符合预期。',
    warning_holds: () => '在允许范围内，但满足警告条件。',
    failure_holds: () => '满足失败条件。',
    neither_holds: () => '未达到通过标准，也未达到失败标准。',
    faulty_rows: (fact) => `有 ${fact('count')} 处错误。`,
    no_data: () => '没有数据：没有测到任何东西，不能算通过。',
    keys_missing: (fact) => `${fact('missing')} 完全没有数据行。`,
    account_unknown: (fact) => `不知道 ${fact('hosts')} 上的服务以哪个账户运行：未检查该账户能否读取文件。`,
    start_unknown: (fact) => `不知道 ${fact('hosts')} 上的进程何时启动：这些订单可能来自更早的进程。`,
    service_stopped: (fact) => `${fact('hosts')} 上的服务已停止：没有可判定的当前进程。`,
    service_down: (fact) => `${fact('hosts')} 上的服务没有进程：启动失败，或正在反复重启。`,
    condition_error: (fact) => `无法计算其条件：${sayConditionFault(conditionFault, fact)}。`,
    too_costly: () => '其条件的计算步数或时间超过了一次判定的上限。',
    host_error: (fact) => `${fact('host')}：${report.hostError[fact('code')] ?? '无法查看该主机'}。`,
    database_error: (fact) => `${sayDatabaseFault(databaseFault, fact, 'trading')}。`,
    state_database_error: (fact) => `${sayDatabaseFault(databaseFault, fact, 'state')}。`,
    endpoint_error: (fact) => `${fact('url')}：${report.endpointError[fact('code')]?.(fact) ?? '没有回应'}。`,
    environment_unclear: (fact) => `${fact('variable')} 没有唯一有效的值可供比较：${fact('values')}。`,
    clocks_unread: (fact) => `${fact('clocks')} 的时钟没有回应；其余见所示。`,
    probe_timeout: (fact) => `${Number(fact('timeoutMs')) / 1000} 秒内没有回应。`,
    not_configured: (fact) => `未设置 ${fact('setting')}，因此无法查看。`,
    model_runtime_missing: () => '机器人所在机器未安装 ONNX Runtime，无法判断模型。',
    probe_failed: () => '检查本身失败，原因未知。',
    too_many_rows: (fact) => `看到的行数超过 ${fact('maxRows')}，多到无法判断。`,
    skipped: (fact) => `由 ${fact('by')} 跳过：${fact('because')}。`,
  },
  fault: {
    not_set: (row) => `${cell(row, 'host')}：所有环境文件都未设置，且策略没有默认值。${where(row)}`,
    empty: (row) => `${cell(row, 'host')}：值为空。${where(row)}`,
    not_a_boolean: (row) =>
      `${cell(row, 'host')}：${written(row)} 不是布尔值；策略会忽略它并保留${itsDefault(row)}。${didYouMean(row)}${where(row)}`,
    not_one_of: (row) =>
      `${cell(row, 'host')}：${written(row)} 不在 ${cell(row, 'allowed')} 之中；策略会保留${itsDefault(row)}或拒绝启动。${didYouMean(row)}${where(row)}`,
    not_a_number: (row) =>
      `${cell(row, 'host')}：${written(row)} 不是数字，将采用${itsDefault(row)}。${where(row)}`,
    not_whole: (row) =>
      `${cell(row, 'host')}：${written(row)} 不是整数（${cell(row, 'allowed')}），将采用${itsDefault(row)}。${where(row)}`,
    out_of_range: (row) =>
      `${cell(row, 'host')}：${quotedCell(row, 'raw')} 超出 ${cell(row, 'allowed')}。${where(row)}`,
    not_absolute: (row) => `${cell(row, 'host')}：${quotedCell(row, 'raw')} 不是绝对路径。${where(row)}`,
    environment_file_missing: (row) => `${cell(row, 'host')}：缺少环境文件 ${cell(row, 'file')}。`,
    environment_file_refused: (row) =>
      `${cell(row, 'host')}：systemd 会拒绝 ${cell(row, 'file')}（不是 UTF-8 文本，或含有 NUL）。`,
    value_spans_lines: (row) =>
      `${cell(row, 'host')}：该值跨越多行：引号未闭合，或行尾有反斜杠。${where(row)}`,
    comment_takes_line: (row) =>
      `${cell(row, 'host')}：其前面的注释以反斜杠结尾。254 之前的 systemd 会把下一行并入注释，之后的版本不会，因此服务读到的值取决于版本。请去掉该反斜杠。${where(row)}`,
    export_ignored: (row) =>
      `${cell(row, 'host')}：设置它的那一行会被 systemd 忽略：\`export\` 是 shell 语法，请只写 \`NAME=value\`。${where(row)}`,
    line_ignored: (row) =>
      `${cell(row, 'host')}：提到它的那一行会被 systemd 忽略：格式不是 \`NAME=value\`。${where(row)}`,
    file_missing: (row) => `${cell(row, 'host')}：文件 ${cell(row, 'path')} 不存在。`,
    not_a_file: (row) => `${cell(row, 'host')}：${cell(row, 'path')} 不是普通文件。`,
    empty_file: (row) => `${cell(row, 'host')}：${cell(row, 'path')} 是空文件。`,
    not_readable: (row) => `${cell(row, 'host')}：账户 ${cell(row, 'user')} 无权读取 ${cell(row, 'path')}。`,
    not_onnx: (row) => `${cell(row, 'host')}：${cell(row, 'path')} 不是 ONNX 模型：${whyOf(row)}。`,
    model_path_unknown: (row) => `${cell(row, 'host')}：没有变量指向模型文件，无从检查。`,
    ...modelFaults,
    outside_models_folder: (row) =>
      `${cell(row, 'host')}：${cell(row, 'path')} 指向 ${cell(row, 'real_path')}，位于 ${cell(row, 'models')} 之外。`,
    start_failed: (row) =>
      `${cell(row, 'host')}：启动失败，${startFailure(row)}（状态 ${cell(row, 'state')}，退出码 ${cell(row, 'exit_status')}，自动重启 ${cell(row, 'restarts')} 次）。${quoted(row)}`,
    start_differs: (row) => `${cell(row, 'host')}：运行中的进程未使用文件中的 ${cell(row, 'variables')}。`,
    start_frozen: (row) =>
      `${cell(row, 'host')}：进程 ${cell(row, 'pid')} 已被暂停或冻结，不做任何工作。请让它继续（\`kill -CONT ${cell(row, 'pid')}\`，或对该 unit 执行 \`systemctl thaw\`），或重启服务。`,
  },
  startFailure: {
    exited: '进程已退出',
    restart_loop: '进程反复重启',
    error_line: '日志中有启动错误',
    frozen: '进程已被暂停或冻结（`kill -CONT`、`systemctl thaw`）',
    timed_out: '已超时',
  },
  remedy: {
    model_runtime_missing: '请在机器人目录运行 `npm install onnxruntime-node`，然后重新启动。',
    faulty_rows: '通过发布（/lobml deploy）修正该值，然后重新检查。',
    no_data: '这还不算故障：请等待首条数据后重新运行；若一直没有，请检查数据的写入方。',
    keys_missing: '这些数据的来源已停止或从未启动：请检查 collector。',
    account_unknown:
      '请在 targets 文件的 service 中设置 `user`，或让 status 命令输出 User=（docs/targets.md）。',
    start_unknown: '请让 status 命令输出 ActiveEnterTimestamp（docs/targets.md）。',
    service_stopped: '如果服务应当运行，请启动它。',
    service_down:
      '启动证明（/lobml gonogo）会引用其日志。若仍无法启动，请用 /lobml rollback 停止策略或回滚。',
    host_error: '请确认主机有回应；`lobml doctor` 会显示机器人能访问什么。',
    database_error: '请检查交易数据库；`lobml doctor` 会显示机器人能访问什么。',
    state_database_error: '请检查机器人自己的数据库；`lobml doctor` 会显示机器人能访问什么。',
    clocks_unread: '请确认其有回应；`lobml doctor` 会显示机器人能访问什么，以及每个时钟。',
    probe_timeout: '请重新运行；若仍如此，请查看主机或数据库的负载。',
    endpoint_error: '请确认从机器人所在机器可以访问该地址（runbook 中的 `url`），然后重新检查。',
    too_many_rows: '请让检查只计数，或查询更少的行；上限见 runbook 的 `bounds`。',
    probe_failed: '请重新运行；若仍如此，日志中 “a check failed” 一行写有原因，请交给机器人的维护者。',
    skipped: '请不跳过该项，重新运行检查。',
    not_configured: '请为机器人设置该项并重新启动。',
    environment_unclear: '请通过 /lobml deploy 将同一个值发布到所有主机，然后重新检查。',
    condition_error: '请修正 runbook 中的条件或其查询。',
    too_costly: '请在 SQL 中计数或比较，条件对每一行只看一次：列表套列表的代价是两者的乘积。',
  },
  hostError: {
    not_found: '要找的内容不存在',
    permission_denied: '机器人无权查看',
    outside_folder: '路径超出其目录',
    not_a_file: '该路径不是普通文件',
    too_large: '文件过大，无法查看',
    timeout: '未在规定时间内回应',
    unreachable: '主机没有回应',
    command_failed: '主机上的命令失败',
    unreadable_answer: '无法读懂命令的输出',
    changed_since_plan: '文件在计划之后被改动',
    no_space: '磁盘已满',
    read_only: '磁盘为只读',
    cancelled: '已取消',
    not_configured: 'targets 文件没有说明如何操作',
  },
  hostWayOut: {
    not_found: '请补上缺少的内容，或更正 targets 文件中的路径或名称。',
    permission_denied: '请为机器人在该主机上的账户授权，或在 targets 文件中设置 `sudo`。',
    outside_folder: '请在 targets 文件中列出其目录，或将其移入已列出的目录。',
    timeout: '请重新运行；若仍如此，请查看主机的负载，以及其服务写了多少日志。',
    command_failed:
      '请在该主机上以机器人的账户手动运行 targets 文件中的命令；`lobml doctor` 会指出是哪一条。',
    unreadable_answer: '请手动运行 targets 文件中的命令，并与 docs/targets.md 对照其输出。',
    no_space: '请清理该主机的磁盘。',
    read_only: '请让该主机的磁盘恢复可写。',
    cancelled: '请重新运行。',
    not_configured: '请在 targets 文件中写明如何操作（docs/targets.md）。',
  },
  endpointError: {
    address_refused: () => '它指向 targets 文件的 `probeAddresses` 未列出的私有地址，因此没有发出请求',
    timeout: (fact) => `${Number(fact('timeoutMs')) / 1000} 秒内没有完整的回应`,
    unreachable: (fact) => `没有回应（${fact('detail') || '连接失败'}）`,
    too_large: () => '回应超过 256 KiB',
    too_many_rows: () => '回应超过 1,000 行',
  },
  databaseWayOut,
  report: {
    stops: '阻断原因',
    unknown: '未知项',
    warnings: '警告',
    shadow: '试运行（不参与判定）',
    by: (kind, who, when) => `${kind} · ${who} · ${when}`,
    size: (checks, seconds) => `${checks} 项检查，用时 ${seconds} 秒`,
    validUntil: (when) => `有效至 ${when}`,
    folded: (passed, of) => `${passed}/${of}`,
    others: (count) => `另有 ${count} 项异常`,
    rest: (passed, of) => (passed === of ? `${of} 项检查全部通过` : `${of} 项检查中 ${passed} 项通过`),
    more: (count) => `另有 ${count} 项`,
    cut: '内容过多，请查看“详情”。',
    notStored: '本次运行未能保存（机器人的数据库没有回应）：“详情”和历史中不会有它。',
    defaultApplies: (host, value) => `${host}：所有文件均未设置；将采用策略的默认值 \`${value}\`。`,
    expired: (when) => `已于 ${when} 过期：作出决定前请重新运行。`,
    fromFuture: (when) =>
      `日期在未来（将于 ${when} 过期）：有时钟不准。请比较各时钟（lobml doctor），然后重新运行。`,
    wasBefore: (verdict) => `原为 ${verdict}。`,
    revoked: (kind, verdict, when) =>
      `已撤销：该目标之后的“${kind}”结论为 ${verdict}（${when}）。此 GO 不再有效。`,
    superseded: (when) => `已有更新的运行（${when}）：本报告仅供存档。`,
    summary: (verdict, strategy, target, kind, why) =>
      `${verdict} · ${strategy} · ${target} · ${kind}${why && `：${why}`}`,
    running: (kind, strategy, target) => `正在运行${kind} · ${strategy} · ${target}`,
    runningLine: (done, of) => `已完成 ${done}/${of} 项检查`,
    stillRunning: '运行中',
  },
  button: {
    runAgain: '重新运行',
    details: '详情',
    deploy: '申请部署',
    charts: '图表',
    close: '关闭',
    countAll: '显示',
  },
  details: {
    title: '证据',
    loading: '正在读取已保存的运行…',
    gone: '本次运行没有保存：请重新运行检查。',
    observed: '观测值',
    expected: '预期',
    window: '时间窗口',
    took: (ms, at) => `${ms} 毫秒，观测于 ${at}`,
    noRows: '没有数据行',
    parameters: '参数',
    counting: '正在统计…',
    rowsMore: (count) => `……另有 ${count} 行`,
  },
  help: {
    title: 'lobml：发布负责人',
    intro: '运行策略的 Go/No-Go 清单并展示证据。',
    audience: { all: '所有人', requester: '申请人', operator: '操作员', admin: '管理员' },
    section: (id) => `清单 ${id}`,
    emergency: (command) => `*情况不对？立即停止：* ${command}`,
    terminalOnly: '在终端中',
    unknown: (name, guess, help) =>
      `没有子命令 ${name}。${guess ? `是否想写 ${guess}？` : ''}${help} 列出全部命令。`,
  },
};
