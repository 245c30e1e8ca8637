import type { RollbackText } from './rollback-text.js';

const DISABLE = {
  halting: '正在停止…',
  verified: '已停止 - 已验证（HALTED - VERIFIED）',
  not_verified: '停止未验证（HALT NOT VERIFIED）',
};

export const rollbackZhCN: RollbackText = {
  state: {
    disable: DISABLE,
    stop: DISABLE,
    previous_model: {
      halting: '正在恢复模型…',
      verified: '上一个模型 - 已验证',
      not_verified: '上一个模型 - 未验证',
    },
  },
  kind: { disable: '关闭', stop: '停止服务', previous_model: '上一个模型' },
  by: (kind, who, when) => `${kind} · ${who} · ${when}`,
  reason: (reason) => `原因：${reason}`,
  noReason: '尚未填写原因。',
  resumed: '机器人中途被终止，现已根据主机上的实际状态继续执行。',
  alreadyBy: (kind, who, when) => `${who} 已于 ${when} 执行（${kind}）。只执行一次，没有重新开始。`,
  hosts: '主机',
  disk: {
    disable: {
      pending: '开关尚未写入',
      done: '磁盘上开关已关闭',
      was_done: '磁盘上开关原本已关闭',
      failed: '开关未能写入',
    },
    stop: {
      pending: '开关尚未写入',
      done: '磁盘上开关已关闭',
      was_done: '磁盘上开关原本已关闭',
      failed: '开关未能写入',
    },
    previous_model: {
      pending: '环境变量尚未写入',
      done: '环境变量已写入',
      was_done: '环境变量原本如此',
      failed: '环境变量未能写入',
    },
  },
  restart: {
    pending: '尚未重启',
    issued: '正在重启…',
    done: '已重启',
    not_needed: '无需重启',
    failed: '重启失败',
  },
  stop: { issued: '正在停止服务…', done: '服务已停止', failed: '停止失败' },
  process: {
    disable: {
      unknown: '尚未看到进程',
      differs: '进程中开关仍为开启',
      as_wanted: '进程中开关已关闭',
      stopped: '没有进程：服务已停止',
    },
    stop: {
      unknown: '尚未看到进程',
      differs: '进程仍在运行，开关开启',
      as_wanted: '进程仍在运行，开关已关闭',
      stopped: '没有进程：服务已停止',
    },
    previous_model: {
      unknown: '尚未看到进程',
      differs: '进程仍使用另一个模型',
      as_wanted: '进程已使用上一个模型',
      stopped: '没有进程：服务已停止',
    },
  },
  pid: (before, now) => `PID ${before} → ${now}`,
  fault: {
    not_answering: '没有回应，正在重试',
    not_on_disk: '无法写入环境文件',
    restart_failed: '重启失败',
    restart_ignored: '重启报告成功，但旧进程仍在运行',
    restart_loop: '服务陷入循环重启',
    process_differs: '新进程的值不同：有其他来源（unit 或后面的文件）设置了该变量',
    process_unreadable: '无法读取运行中进程的环境变量',
    stop_failed: '无法停止服务',
  },
  stopBecause: (why) => `已改为停止服务，因为${why}`,
  flagStillOn: '磁盘上的开关仍为开启：关闭之前请勿启动服务。',
  watch: {
    waiting: '新入场：所有主机关闭后开始观察。',
    watching: (from, until) => `自 ${from} 起没有新入场；观察至 ${until}。`,
    clear: (from, until) => `${from} 至 ${until} 没有新入场。`,
    entries: (count, from) => `自 ${from} 起有 ${count} 笔新入场：开关已关闭，但策略仍在交易。`,
    unknown: (why) => `无法确认是否有新入场：${why}。`,
    databaseAway: '交易数据库没有回应',
    databaseMissing: '未设置 TRADING_DATABASE_URL',
  },
  missing: '缺少的证明',
  byHand: '请手动执行',
  onHost: (host) => `在 ${host} 上：`,
  setByHand: (line, file) => `# 在 ${file} 中设置 ${line}`,
  openEntries: (total) => `${total} 笔入场没有出场：现在无人管理`,
  openEntriesNone: '最近 24 小时内没有未出场的入场。',
  openEntriesUnknown: '未出场的入场：未知，交易数据库没有回应。',
  openEntry: (market, side, shares, since) => `${market} ${side}，${shares} 份，自 ${since}`,
  more: (count) => `另有 ${count} 笔`,
  section4: (verdict) => `停止之后的第 4 节：${verdict}（停止的策略没有可判断的活动）。`,
  section4Missing: '未能运行第 4 节。',
  cancelled: (release, requests) =>
    [
      ...(release ? ['已中止正在进行的发布'] : []),
      ...(requests > 0 ? [`已关闭 ${requests} 个申请`] : []),
    ].join('，'),
  turningOn: '重新开启需要一次完整审批的发布：`/lobml deploy`。',
  alarm: (group, target) => `${group} ${target} 可能仍在交易，请立即手动处理：`,
  button: {
    disable: '立即关闭',
    stop: '停止服务',
    previousModel: '上一个模型',
    addReason: '填写原因',
    restore: '恢复',
    cancel: '取消',
    details: '详情',
  },
  confirm: { title: '立即关闭？', text: (target) => `开关将设为 false，并立即重启 ${target}。` },
  status: {
    title: (target) => `回滚 · ${target}`,
    last: (state, who, when) => `最近一次：${state} · ${who} · ${when}`,
    never: '没有回滚记录。',
    who: (names) => `有权操作：${names}，立即执行，无需审批。`,
    explain:
      '“立即关闭”一次点击即在所有主机上将开关设为 false 并重启。“上一个模型”会先显示将恢复的内容并询问一次。',
  },
  usage: {
    oneAction: '请给出 --disable、--previous-model 或 --stop 之一。',
    reasonMissing: '--reason 需要文字。',
  },
  forbidden: '你无权执行回滚。',
  unknownOperator:
    'Slack 没有及时告知你是否为操作员，因此未执行任何操作。请将你的 id 写入 targets 文件，或在终端运行 `lobml rollback TARGET --disable`。',
};
