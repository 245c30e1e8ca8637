import type { Text } from '../en/index.js';

/** 回测的文字。时间已可直接显示。 */
export const backtest: Text['backtest'] = {
  title: (strategy, target) => `回测 · ${strategy} · ${target}`,
  running: (strategy, target) => `正在回测 · ${strategy} · ${target}`,
  cancel: '取消',
  cancelling: (who) => `${who} 已取消：将以已完成的部分结束。`,
  cancelledEarly: (who) => `${who} 已取消，尚未回放任何时刻。`,
  again: '重新运行',
  propose: '提出修改…',
  busy: (who) =>
    `该策略的回测正在进行，由 ${who} 启动。没有启动新的回测：同一时间只允许一个，以免影响交易数据库。其进度显示于此；可取消或等待其结束。`,
  byWhom: (who, when) => `${who} · ${when}`,
  ended: { failed: '回测失败', interrupted: '回测被中断' },
  interrupted: (done, moments) =>
    `执行回测的机器人中途结束${moments === 0 ? '' : `，已完成 ${done} / ${moments} 个时刻`}。没有任何部分仍在运行，也未做任何改动。请重新运行。`,
  fault: {
    process_ended: () => '检查进程中途结束。请重新运行；若再次结束，请查看日志。',
    no_process: () => '本机目前没有检查进程，或其文件与机器人加载的不同。请重启机器人后再运行。',
    runbook_changed: () => 'runbook 文件在机器人启动后被修改。请重启机器人后再运行。',
    runbook_refused: () => '使用这些值的 runbook 会被拒绝。请选择其他值。',
    not_configured: () => '未设置 TRADING_DATABASE_URL，无法查询过去的数据。',
    database: (told) => `交易数据库没有应答。${told}`,
    inside: () => '机器人内部出错，原因见日志。',
  },
  starting: '正在查看各表最早的数据…',
  progress: (done, moments) => `${done} / ${moments} 个时刻`,
  summary: (failing, checks, moments) => `${moments} 个时刻中，${checks} 项检查有 ${failing} 项曾会失败`,
  cancelled: (done, moments) => `已取消，完成 ${done} / ${moments} 个时刻：以下仅为这些时刻的结果。`,
  span: (from, to) => `${from} 至 ${to}`,
  moments: (count, every) => `${count} 个时刻，${every}`,
  every: (secs) =>
    secs % 86_400 === 0
      ? `每 ${secs / 86_400} 天`
      : secs % 3_600 === 0
        ? `每 ${secs / 3_600} 小时`
        : secs % 60 === 0
          ? `每 ${secs / 60} 分钟`
          : `每 ${secs} 秒`,
  window: (minutes) => `窗口 ${minutes} 分钟`,
  took: (seconds) => `耗时 ${seconds} 秒`,
  changed: '改动：',
  check: '检查',
  unknown: '未知',
  moreDays: (count) => `及更早的 ${count} 天`,
  more: (count) => `另有 ${count} 个`,
  entries: (count) => `这些窗口内有 ${count} 笔入场`,
  latest: (when, said) => `最近一次（${when}）：${said}`,
  differing: (count, named) => `改动后有 ${count} 个时刻结果不同：${named}`,
  noStored: '这段时间没有可供比较的历史运行。',
  stored: (runs, of, compared, differing, unknown) =>
    `*历史运行：* 在各自的时刻重新查询了 ${of} 次中的 ${runs} 次，比较 ${compared} 个结果，${differing} 个与当时不同${unknown === 0 ? '' : `，${unknown} 个现已未知`}。`,
  storedDifference: (when, check, stored, replayed, isOther) =>
    `${when} ${check}：当时 ${stored}，现在 ${replayed}${isOther ? '（当时的 runbook 不同）' : ''}`,
  notReplayed: '未回放：',
  why: {
    hosts: '查看文件与进程的现状',
    network: '查看其他服务的应答',
    server: '查看数据库服务器与时钟的现状',
    state_database: '查看机器人自己的记录',
    no_window: '不查看时间窗口',
    sees_later: '其 SQL 会看到之后的行（请用 `rowsUntil` 限定）',
  },
  oldest: (table, since) => `${table} 始于 ${since}`,
  never: '无数据',
  emptyDays: (table, days) => `${table} 在 ${days}（UTC）没有任何行。`,
  emptyDaysNotAsked: (table) => `无法查询 ${table} 是否有整天没有数据。`,
  emptyDaysMean: '无法得知是原本就没有，还是已被删除：对这些日期的判断可能缺少已删除的行。',
  judgedBy: (values) => `所有时刻均按文件的当前值判定：${values}。`,
  limits:
    '数据可能已不在的时刻记为未知，不算通过。当时时间在未来的行如今只是普通的行，迟写的行则位于其时间戳处。',
  chart: {
    title: (days) => (days === 1 ? '按天统计的检查结果' : `每 ${days} 天的检查结果`),
    day: '日期（UTC）',
    count: '结果数',
    fail: '失败',
    failChanged: '失败（改动后）',
    hold: '无法判定',
    warn: '警告',
  },
  proposal: {
    title: 'runbook 修改建议',
    modal: '修改建议',
    close: '关闭',
    loading: '正在读取 runbook…',
    gone: '该回测已不存在。',
    how: '以下为 runbook 当前内容的改动行。请在保存 runbook 的仓库中用 `git apply` 应用并提交评审：此处未做任何修改。',
    nothing: 'runbook 已是如此，无需修改。请用 `--set NAME=VALUE` 指定其他值。',
  },
};
