import type { Text } from '../en/index.js';

/** 回测的文字。时间已可直接显示。 */
export const backtest: Text['backtest'] = {
  title: (strategy, target) => `回测 · ${strategy} · ${target}`,
  running: (strategy, target) => `正在回测 · ${strategy} · ${target}`,
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
    how: '以下为 runbook 当前内容的改动行。请在保存 runbook 的仓库中用 `git apply` 应用并提交评审：此处未做任何修改。',
    nothing: 'runbook 已是如此，无需修改。请用 `--set NAME=VALUE` 指定其他值。',
  },
};
