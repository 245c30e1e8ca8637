import type { DecisionText } from '../en/decision.js';

export const decision: DecisionText = {
  criterion: '标准',
  result: '结果',
  evidence: '证据',
  noEvidence: '未查看。',
  goStanding: { pass: '✓ 满足', warn: '⚠ 满足，但有警告', fail: '✗ 不满足', unknown: '? 未知' },
  noGoStanding: { pass: '✓ 未出现', warn: '⚠ 未出现，但有警告', fail: '✗ 已出现', unknown: '? 未知' },
  window: (from, to, basis) => `时间窗口 ${from} – ${to}：${basis}。`,
  windowBasis: {
    process_start: '自当前进程启动以来',
    look_back: '完整回看时段；当前进程启动更早',
    start_unknown: '完整回看时段，因为无法得知进程的启动时间',
    halt: '自停止以来',
  },
  withoutStart: (hosts) => `无法得知 ${hosts} 的启动时间。`,
  baseline: (from, to, basis) => `对照 ${from} – ${to}：${basis}。`,
  noBaseline: (from, to) => `尚无基线：${from} – ${to} 的数据不足以对照，仅按绝对上限判定。`,
  baselineBasis: {
    passed_run: '位于此前一次通过的运行的窗口内',
    before_window: '紧接在窗口之前',
  },
  confounded: '只有一个实例在交易，前后差异也受行情影响：本报告仅说明没有违反规则，不说明模型更好。',
  acknowledge: '确认',
  acknowledgeTitle: '确认该警告？',
  acknowledgeText: (title) => `${title}：您将以本人名义对本次运行的该警告负责。`,
  cancel: '取消',
  acknowledgedBy: (who, when) => `已由 ${who} 确认 · ${when}`,
  acknowledgedCount: (done, of) => `已确认 ${done}/${of} 项警告。`,
  startedIn: (channel) => `已开始：报告将出现在 ${channel}。`,
};
