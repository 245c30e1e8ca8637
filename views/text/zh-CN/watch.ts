import type { WatchText } from '../en/watch.js';

export const watch: WatchText = {
  title: (strategy, target) => `值守 · ${strategy} · ${target}`,
  headline: (verdict, target) => `值守 · ${target}：${verdict}`,
  since: (when) => `自 ${when} 起`,
  wellAgain: (target) => `值守 · ${target}：已恢复正常`,
  ended: {
    well: (verdict, from, to) => `从 ${from} 到 ${to} 为 ${verdict}。`,
    off: (who, when) => `${who} 于 ${when} 关闭了值守：此后无人查看。`,
    halted: (when) => `该目标于 ${when} 被停止：在它重新交易之前，值守暂停。`,
    release: (when) => `发布于 ${when} 开始，由发布自行检查该目标。`,
    runs_again: (from, to) => `值守已恢复。从 ${from} 到 ${to} 无人查看。`,
  },
  history: (title) => `已结束：${title}`,
  silent: (target) => `${target} 的值守没有运行`,
  silentSince: (when) =>
    `它本应于 ${when} 查看，但没有结果。无法得知该目标的状况：请自行查看（*状态*），并查看机器人的日志。`,
  lastSaw: (verdict) => `它最后看到的结论：${verdict}。`,
  call: (who) => `${who} 请查看。`,
  callAgain: (who, sentence) => `${who} ${sentence}尚无人表示已接手。`,
  callOver: '此次呼叫已结束。',
  takenBy: (who, when) => `${who} 已接手，${when}。`,
  take: '我来处理',
  alreadyTaken: (who, when) => `${who} 已于 ${when} 接手。`,
  takeOver: '已经结束：没有需要接手的事。',
  development: '变化过程',
  changes: (list) => `经过：${list}`,
  halted: (when) => `值守已于 ${when} 自行停止该目标。`,
  spent: '会停止该目标的检查失败，但值守当天的自动停止次数已用完： *必须由人决定。*',
  more: (count) => `另有 ${count} 项检查`,
  chart: {
    title: '未通过的检查',
    x: '之前的分钟数',
    y: '检查数',
    failed: 'FAIL',
    unclear: '未知',
    warned: 'WARN',
  },
  byTheWatch: '由值守自动停止：并非有人要求。',
  byTheWatchBecause: (looks, since) => `自 ${since} 起连续 ${looks} 次查看所见：`,

  line: {
    title: '值守',
    verdict: (verdict, since) => `自 ${since} 起 ${verdict}`,
    looking: '查看次数尚不足',
    looked: (when, everySecs) => `${when} 查看过，每 ${everySecs} 秒一次`,
    resting: { release: '发布进行中，暂停', halted: '目标已停止，暂停' },
    off: (who, until) =>
      `已关闭${until === undefined ? '' : `，至 ${until}`}${who === undefined ? '' : `，由 ${who} 关闭`}`,
    silent: (when) => `没有运行：本应于 ${when} 查看`,
    notBegun: '尚无机器人开始值守',
    taken: (who) => `${who} 已接手`,
  },
  notWatched: (target) =>
    `${target} 在两次发布之间不受值守：请在 targets 文件中为它写 \`watch: { everySecs: 60 }\`，并重启机器人。`,
  looksAt: (runs, everySecs) => `每 ${everySecs} 秒：${runs}`,
  onlyChecks: (checks) => `仅这些检查：${checks}`,
  after: (tell, call, well) =>
    `连续 ${tell} 次后告知，连续 ${call} 次后（NO-GO）呼叫操作员，连续 ${well} 次正常后表示恢复。`,
  quiet: '安静时段内不告知；仍会呼叫操作员。',
  halts: (checks, looks, perDay) =>
    `以下检查之一连续失败 ${looks} 次时自行停止该目标，每天最多 ${perDay} 次：${checks}`,
  haltsNever: '它从不自行停止该目标：没有为此列出检查。',
  haltedBefore: (when) => `过去 24 小时内它停止过该目标：${when}`,
  switchedOn: (who) => `由 ${who} 开启。`,
  switchedOff: (who, until) =>
    `由 ${who} 关闭${until === undefined ? '，直到有人开启' : `，至 ${until}`}。在此之前，出现问题时不会告知任何人。`,
  on: '开启',
  off: '关闭 2 小时',
};
