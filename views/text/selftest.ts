import type { Locale } from '../../src/domain/localized.js';
import type { ProofState } from '../../src/selftest/self-test.js';

/** The prose of the self-test's report. */
interface SelftestText {
  readonly state: Readonly<Record<ProofState, string>>;
  readonly running: (done: number, of: number) => string;
  readonly proved: (checks: number, cases: number, seconds: string) => string;
  readonly notProved: (wrong: number, checks: number) => string;
  readonly legend: string;
  /** One failing case that blocks. */
  readonly blocks: (name: string, verdict: string) => string;
  readonly noFailingCase: string;
  readonly noPassingCase: string;
  readonly surprise: (name: string, expected: string, got: string, why: string) => string;
  readonly shadow: string;
  readonly allIn: (casesFile: string) => string;
}

const en: SelftestText = {
  state: { proved: 'proved', unproved: 'unproved', disproved: 'disproved' },
  running: (done, of) => `Self-test: ${done} of ${of} cases done`,
  proved: (checks, cases, seconds) =>
    `Every check can fail: ${checks} checks proved by ${cases} cases in ${seconds} s`,
  notProved: (wrong, checks) => `${wrong} of ${checks} checks are not proved`,
  legend: 'Each case was set up in a scratch database and a scratch folder; the real check looked at it.',
  blocks: (name, verdict) => `${name} → ${verdict}`,
  noFailingCase: 'no case in which it fails: nothing shows that it can block',
  noPassingCase: 'no case in which it passes: nothing shows that it can be satisfied',
  surprise: (name, expected, got, why) => `${name}: expected ${expected}, came out as ${got}. ${why}`,
  shadow: 'in trial, does not decide',
  allIn: (casesFile) => `Cases: ${casesFile}`,
};

const zhCN: SelftestText = {
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

export const selftestText: Readonly<Record<Locale, SelftestText>> = { en, 'zh-CN': zhCN };
