import type { ProofState } from '../../../src/selftest/self-test.js';

/** The prose of the self-test's report. */
export const selftest = {
  state: { proved: 'proved', unproved: 'unproved', disproved: 'disproved' } satisfies Readonly<
    Record<ProofState, string>
  >,
  running: (done: number, of: number) => `Self-test: ${done} of ${of} cases done`,
  proved: (checks: number, cases: number, seconds: string) =>
    `Every check can fail: ${checks} checks proved by ${cases} cases in ${seconds} s`,
  notProved: (wrong: number, checks: number) => `${wrong} of ${checks} checks are not proved`,
  legend: 'Each case was set up in a scratch database and a scratch folder; the real check looked at it.',
  /** One failing case that blocks. */
  blocks: (name: string, verdict: string) => `${name} → ${verdict}`,
  noFailingCase: 'no case in which it fails: nothing shows that it can block',
  noPassingCase: 'no case in which it passes: nothing shows that it can be satisfied',
  surprise: (name: string, expected: string, got: string, why: string) =>
    `${name}: expected ${expected}, came out as ${got}. ${why}`,
  shadow: 'in trial, does not decide',
  allIn: (casesFile: string) => `Cases: ${casesFile}`,
};

export type SelftestText = typeof selftest;
