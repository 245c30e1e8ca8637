import type { TrainText } from '../en/train.js';
import { whyUnusable } from './model-faults.js';

export const train: TrainText = {
  title: {
    live: (horizon, strategy) => `正在训练 ${horizon} · ${strategy}`,
    finished: (horizon, strategy) => `模型训练完成 · ${horizon} · ${strategy}`,
    held: (horizon, strategy) => `模型已训练，门禁未能判定 · ${horizon} · ${strategy}`,
    modelRefused: (horizon, strategy) => `模型被拒绝 · ${horizon} · ${strategy}`,
    refused: (horizon, strategy) => `未开始训练 · ${horizon} · ${strategy}`,
    failed: (horizon, strategy) => `训练失败 · ${horizon} · ${strategy}`,
    cancelled: (horizon, strategy) => `训练已取消 · ${horizon} · ${strategy}`,
  },
  by: (who, when) => `由 ${who} 发起 · ${when}`,
  lookback: (hours) => `最近 ${hours} 小时的数据`,
  unit: { hour: '小时', minute: '分', second: '秒' },
  took: (time) => `用时 ${time}`,
  checking: '先检查数据（2.2）……',
  starting: '训练程序正在启动……',
  judging: '训练程序已结束，门禁正在试运行模型……',
  away: (host) => `${host} 此刻没有应答。已在那里运行的训练程序会继续，bot 会再次询问。`,
  elapsed: (time) => `已用 ${time}`,
  left: (time) => `约剩 ${time}`,
  cancelling: (who) => `${who} 已取消，正在结束训练程序……`,
  cancelledBy: (who) => `由 ${who} 取消，训练程序已结束。`,
  nothingStaged: '没有暂存任何文件；运行中的一切未被改动。',
  override: (who, why) => `数据检查未通过，${who} 仍然启动了训练：${why}`,
  whatStops: '阻止原因',
  gate: '模型门禁',
  fit: (tried, typical, least, most) =>
    `可以加载，对 ${tried} 个输入（其中 ${typical} 个来自市场）给出 ${least} 至 ${most} 的概率。`,
  staged: (name, target) => `已为 ${target} 暂存为 ${name}。`,
  notStaged: '模型没有暂存：不能上线。',
  metric: { accuracy: '准确率', brier: 'Brier 分数', logLoss: '对数损失', auc: '曲线下面积 AUC' },
  metricHead: '指标',
  candidate: '新模型',
  running: '运行中的模型',
  runningShort: '运行中',
  better: '更好',
  worse: '更差',
  same: '相同',
  notCompared: '未与运行中的模型比较：它没有可读的 meta.json，或两者之一没有指标、没有周期或周期不同。',
  chartTitle: '新模型与运行中的模型对比',
  value: '数值',
  data: (rows, from, to) => `${rows} 行，${from} 至 ${to}`,
  shortData: (hours, wanted) =>
    `*数据只有 ${hours} 小时，要求的是 ${wanted} 小时。* 发布该模型之前，请检查采集是否中断。`,
  dataUntil: (until) => `训练数据截至 ${until}，起点未知`,
  file: (sha256, kilobytes) => `文件 SHA-256 ${sha256} · ${kilobytes} kB`,
  failure: {
    not_started: (fact) => `训练程序无法启动（${fact('code')}）。请检查 runbook 中的命令及其目录。`,
    trainer_failed: (fact) => `训练程序以 ${fact('exit')} 结束，原因见日志。`,
    timed_out: (fact) =>
      `训练程序运行满 ${fact('minutes')} 分钟（runbook 的 \`timeLimitMinutes\`），已被结束。请提高上限或减少数据，然后重新训练。`,
    lost: () => '训练程序无声消失，可能与机器一同停止。请重新开始。',
    host_away: (fact) =>
      `主机 ${fact('host')} 已有 ${fact('minutes')} 分钟没有应答。训练程序已在那里到达时间上限而结束，其输出没有取回。`,
    host_unfit: (fact) =>
      fact('said') === ''
        ? `主机 ${fact('host')} 缺少通过 ssh 训练所需的：${fact('missing')}。没有启动任何训练。`
        : `主机 ${fact('host')} 不为 bot 的密钥运行 shell，而通过 ssh 训练需要它：其应答为“${fact('said')}”。该密钥可能设置了强制命令。`,
    not_fetched: (fact) =>
      fact('code') === 'changed'
        ? `${fact('file')} 在复制期间于其主机上被改动，已拒绝。请重新训练。`
        : `无法在 bot 所在机器上写入 ${fact('file')}（${fact('code')}）。`,
    no_model: () => '训练程序正常结束，但没有写出模型。',
    no_meta: () => '训练程序写出了模型，但没有 meta.json，因此对它一无所知。',
    output_not_a_file: (fact) => `训练程序写出的 ${fact('file')} 不是普通文件。`,
    output_too_large: (fact) => `训练程序写出的 ${fact('file')} 超过 ${fact('most')} MiB。`,
    meta_unreadable: (fact) => `无法读取模型的 meta.json：${whyUnusable(fact('because'), fact('found'))}。`,
    wrong_horizon: (fact) => `模型的周期是 ${fact('said')}，而要求的是 ${fact('wanted')}。`,
    not_staged: (fact) =>
      fact('code') === 'changed'
        ? '模型或其 meta.json 已不是门禁判断过的文件。请重新训练。'
        : `模型合格，但无法写入 ${fact('folder')}（${fact('code')}）。`,
  },
  lastLine: '最后一行',
  button: {
    cancel: '取消训练',
    log: '日志',
    again: '重新训练',
    despite: '不顾检查仍然训练',
    deploy: '申请上线',
    older: '更早',
    newer: '更新',
    close: '关闭',
    start: '开始',
    keep: '继续训练',
  },
  confirmCancel: '训练程序将被结束，已完成的工作会丢失。',
  confirmCancelTitle: '取消训练？',
  log: {
    title: '训练日志',
    loading: '正在读取日志……',
    page: (page, pages) => `第 ${page} 页，共 ${pages} 页`,
    none: (machine) =>
      `日志不在这里：它保存在发起训练的机器（${machine}）上，或在执行训练而此刻没有应答的主机上。`,
    empty: '训练程序还没有输出。',
  },
  despite: {
    title: '仍然训练',
    intro: '数据检查未通过。您的姓名和理由会与这次训练一同保存。',
    reason: '为什么要用这些数据训练？',
    missing: '请简要说明理由。',
  },
  gone: '找不到这次训练。请用 /lobml train 重新开始。',
};
