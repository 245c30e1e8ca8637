import type { StatusText } from '../en/status.js';

export const status: StatusText = {
  title: (strategy, target) => `${strategy} · ${target}`,
  asOf: (when) => `截至 ${when}`,
  on: '开',
  off: '关',
  unreadableFlag: (raw) => `\`${raw}\`（不是布尔值，策略会忽略）`,
  notSet: '未设置',
  flag: (file) => `开关 *${file}* （文件与进程一致）`,
  flagDiffers: (file, process) => `⚠ 开关在文件中为 *${file}* ，在运行中的进程为 *${process}* ：重启会改变它`,
  processMissing: '没有可比较的进程',
  running: (since, pid) => `自 ${since} 起运行（PID ${pid}）`,
  stopped: (state) => `⚠ 未运行（${state}）`,
  restarts: (count) => `⚠ 自动重启 ${count} 次`,
  version: (version) => `模型 ${version}`,
  versionDiffers: (file, process) => `⚠ 模型版本在文件中为 ${file}，在运行中的进程为 ${process}`,
  modelUnknown: (path, why) => `⚠ 模型 ${path}：${why}`,
  modelNotSet: '⚠ 没有变量指向模型文件',
  hostUnreachable: (host, why) => `⚠ *${host}* ：${why}。无法得知其运行内容。`,
  lastRuns: '最近的运行',
  never: '从未运行',
  by: (who) => `发起人 ${who}`,
  expired: (verdict) => `原为 ${verdict}，已过期：HOLD`,
  fromFuture: (verdict) => `原为 ${verdict}，日期在未来（有时钟不准）：HOLD`,
  revoked: (verdict, by, when) => `原为 ${verdict}，已被 ${by} 撤销（${when}）：HOLD`,
  databaseUnreachable: '⚠ 机器人自己的数据库没有回应：无法得知运行、锁和申请。',
  lock: (who, reason, when, until) =>
    `🔒 由 ${who} 于 ${when} 锁定${until === undefined ? '' : `，至 ${until}`}：${reason}`,
  banner: {
    halting: (who, when) => `正在停止：${who} 于 ${when} 发起`,
    verified: (who, when) => `已停止：${who} 于 ${when} 发起，已验证`,
    not_verified: (who, when) => `停止未验证：${who} 于 ${when} 发起`,
  },
  entriesBanner: {
    halting: (who, when) => `正在停止入场：${who} 于 ${when} 发起`,
    verified: (who, when) => `入场已停止：${who} 于 ${when} 发起，已验证；出场继续`,
    not_verified: (who, when) => `入场已停止 - 未验证：${who} 于 ${when} 发起`,
  },
  requestRestart: '申请重新开启',
  openRequests: '待处理的申请',
  brings: (model, binary) =>
    [
      ...(model === undefined ? [] : [`模型 ${model}`]),
      ...(binary === undefined ? [] : [`二进制 ${binary}`]),
    ].join(' 与 ') || '仅设置',
  release: (brings) => `发布：${brings}`,
  lastConfirmed: (brings, when) => `最近确认的发布：${brings}，${when}`,
  summaryOff: (running, of) => `不在交易，${of} 台主机中 ${running} 台有进程`,
  summaryOn: (running, of) => `${of} 台主机中有 ${running} 台在运行`,
  summaryFlag: (state) => `开关 ${state}`,
  mixed: '在文件、进程或主机之间不一致',
  unknown: '未知',
  age: (minutes) => ageOf(minutes),
  history: (strategy, target) => `历史 · ${strategy} · ${target}`,
  historyEmpty: '该目标尚无任何记录。',
  entryTitle: '已保存的报告',
  historyEnd: '历史从这里开始。',
  counts: {
    PASS: (count) => `✓ ${count}`,
    WARN: (count) => `⚠ ${count}`,
    FAIL: (count) => `✗ ${count}`,
    INCONCLUSIVE: (count) => `? ${count}`,
    ERROR: (count) => `! ${count}`,
    SKIPPED: (count) => `– ${count}`,
  },
  open: '打开',
  older: '更早',
  newer: '更新',
  homeTitle: 'lobml：发布负责人',
  homeIntro: '各目标的状态。打开本页时以及运行结束、发布或停止有进展、锁定变化时会刷新。',
  homeReportsIn: (channel) => `报告会出现在 ${channel}。`,
};

function ageOf(minutes: number): string {
  if (minutes < 1) return '刚刚';
  if (minutes < 60) return `${Math.floor(minutes)} 分钟前`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} 小时前`;
  return `${Math.floor(minutes / 1440)} 天前`;
}
