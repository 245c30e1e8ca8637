import type { SelftestText } from '../en/selftest.js';

export const selftest: SelftestText = {
  state: { proved: '已证明', unproved: '未证明', disproved: '与预期不符' },
  running: (done, of) => `自检：${of} 个用例中已完成 ${done} 个`,
  proved: (checks, cases, seconds) =>
    `每项检查都会失败：${checks} 项检查由 ${cases} 个用例证明，用时 ${seconds} 秒`,
  notProved: (wrong, checks) => `${checks} 项检查中有 ${wrong} 项未被证明`,
  legend: '每个用例都在临时数据库和临时目录中布置，由真实的检查代码判断。',
  blocks: (name, verdict) => `${name} → ${verdict}`,
  noFailingCase: '没有让它失败的用例：无从证明它能阻断',
  noPassingCase: '没有让它通过的用例：无从证明它能被满足',
  surprise: (name, expected, got, why) => `${name}：预期${expected}，实际为${got}。${why}`,
  shadow: '试运行，不参与决定',
  allIn: (casesFile) => `用例文件：${casesFile}`,
};
