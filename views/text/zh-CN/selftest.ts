import type { SelftestText } from '../en/selftest.js';

export const selftest: SelftestText = {
  state: { proved: '已证明', unproved: '未证明', disproved: '与预期不符' },
  running: (done, of) => `自检：${of} 个用例中已完成 ${done} 个`,
  proved: (checks, cases, seconds) =>
    `每项参与决定的检查都会失败：${checks} 项检查由 ${cases} 个用例证明，用时 ${seconds} 秒`,
  notProved: (wrong, checks) => `${checks} 项参与决定的检查中有 ${wrong} 项未被证明`,
  nothingDecides: '有决定不依赖任何检查',
  decide: (deciding, all) => `${all} 项检查中有 ${deciding} 项参与决定。`,
  empty(part) {
    if (part.part === 'runbook') return 'runbook 中没有参与决定的检查：每次运行都只会是 HOLD。';
    return part.part === 'run_kind'
      ? `${part.kind} 类运行中没有参与决定的检查：它永远只会是 HOLD。`
      : `没有参与决定的检查来证明标准 ${part.id}。`;
  },
  allNoticed: (tried) => `共尝试 ${tried} 个被改坏的检查副本，用例全部能够发现。`,
  unnoticed: (count, tried) =>
    `未证明：${tried} 个被改坏的检查副本中，有 ${count} 个没有任何用例能够发现。请为每一个补充用例，或删去该部分。`,
  change(change) {
    if (change.kind === 'filter')
      return `去掉语句（${change.query}）第 ${change.line} 行的条件 \`${change.filter}\``;
    if (change.kind === 'branch')
      return `去掉语句（${change.query}）第 ${change.line} 行的分支 \`WHEN ${change.branch}\``;
    if (change.kind === 'statement_bound')
      return `语句（${change.query}）中的 \`${change.from}\` 改为 \`${change.to}\``;
    if (change.kind === 'threshold') return `${change.name} 由 ${change.from} 改为 ${change.to}`;
    if (change.kind === 'constant') return `\`${change.condition}\` ${change.value ? '恒成立' : '恒不成立'}`;
    if (change.kind === 'operand') return `去掉其条件中的 \`${change.operand}\``;
    if (change.kind === 'order_word') return `不认识 \`orders.${change.place}\` 的词 \`${change.word}\``;
    if (change.kind === 'variable') return `以其他方式读取 ${change.name}（${change.what}）`;
    if (change.kind === 'start_log') return `去掉 \`startLog\` 中的 \`${change.what}\``;
    if (change.kind === 'run_checks')
      return `更换 ${change.run} 运行所含的检查：用例文件的 \`runs\` 没有写明它包含哪些`;
    if (change.kind === 'criterion_checks')
      return `更换标准 ${change.id} 的检查：用例文件的 \`criteria\` 没有写明它有哪些`;
    return change.kind === 'expect_keys' ? '去掉 `expectKeys`' : '去掉 `noData: fail`';
  },
  legend: '每个用例都在临时数据库和临时目录中布置，由真实的检查代码判断。',
  blocks: (name, verdict) => `${name} → ${verdict}`,
  noFailingCase: '没有让它失败的用例：无从证明它能阻断',
  noPassingCase: '没有让它通过的用例：无从证明它能被满足',
  surprise: (name, expected, got, why) => `${name}：预期${expected}，实际为${got}。${why}`,
  haltsWrong: '停止所看到的订单与用例的预期不符',
  haltSurprise: (name, expected, seen) =>
    `停止时，${name}：预期挂单 ${expected.resting}、未平 ${expected.open}，实际看到 ${seen.resting}、${seen.open}`,
  shadow: '试运行，不参与决定',
  allIn: (casesFile) => `用例文件：${casesFile}`,
};
