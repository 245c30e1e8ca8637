import type { ProofState } from '../../../src/domain/self-test.js';
import type { EmptyPart, MutantChange } from '../../../src/domain/unproved.js';

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

interface Counts {
  readonly resting: number;
  readonly open: number;
}

/** The prose of the self-test's report. */
export const selftest = {
  state: { proved: 'proved', unproved: 'unproved', disproved: 'disproved' } satisfies Readonly<
    Record<ProofState, string>
  >,
  running: (done: number, of: number) => `Self-test: ${done} of ${counted(of, 'case')} done`,
  proved: (checks: number, cases: number, seconds: string) =>
    `Every check that decides can fail: ${counted(checks, 'check')} proved by ${counted(cases, 'case')} in ${seconds} s`,
  notProved: (wrong: number, checks: number) =>
    `${wrong} of ${counted(checks, 'check')} that ${checks === 1 ? 'decides is' : 'decide are'} not proved`,
  nothingDecides: 'A decision rests on no check',
  decide: (deciding: number, all: number) =>
    `${deciding} of ${counted(all, 'check')} ${all === 1 ? 'decides' : 'decide'}.`,
  empty(part: EmptyPart): string {
    if (part.part === 'runbook') return 'No check of the runbook decides: every run would be a HOLD.';
    return part.part === 'run_kind'
      ? `No check decides in a run of the kind ${part.kind}: it would always be a HOLD.`
      : `No check that decides proves the criterion ${part.id}.`;
  },
  allNoticed: (tried: number) =>
    `${tried} spoiled ${tried === 1 ? 'copy of a check was' : 'copies of checks were'} tried; the cases notice each.`,
  unnoticed: (count: number, tried: number) =>
    `Unproved: of ${tried} spoiled ${tried === 1 ? 'copy' : 'copies'} of checks, ${count} ${count === 1 ? 'gets' : 'get'} by every case. For each, add a case or take the part out.`,
  /** What was changed in a spoiled copy. */
  change(change: MutantChange): string {
    if (change.kind === 'filter')
      return `without the condition \`${change.filter}\` in line ${change.line} of its statement (${change.query})`;
    if (change.kind === 'branch')
      return `without the branch \`WHEN ${change.branch}\` in line ${change.line} of its statement (${change.query})`;
    if (change.kind === 'statement_bound')
      return `with \`${change.from}\` changed to \`${change.to}\` in its statement (${change.query})`;
    if (change.kind === 'threshold') return `with ${change.name} changed from ${change.from} to ${change.to}`;
    if (change.kind === 'constant')
      return `with \`${change.condition}\` ${change.value ? 'always' : 'never'} met`;
    if (change.kind === 'operand') return `without \`${change.operand}\` in its conditions`;
    if (change.kind === 'order_word')
      return `with the word \`${change.word}\` of \`orders.${change.place}\` unknown`;
    if (change.kind === 'variable') return `with ${change.name} read otherwise (${change.what})`;
    if (change.kind === 'start_log') return `with \`${change.what}\` of \`startLog\` taken out`;
    if (change.kind === 'run_checks')
      return `with other checks in a run of the kind ${change.run}: \`runs\` of the cases does not say which it holds`;
    if (change.kind === 'criterion_checks')
      return `with other checks of the criterion ${change.id}: \`criteria\` of the cases does not say which it has`;
    return change.kind === 'expect_keys' ? 'without `expectKeys`' : 'without `noData: fail`';
  },
  legend: 'Each case was set up in a scratch database and a scratch folder; the real check looked at it.',
  /** One failing case that blocks. */
  blocks: (name: string, verdict: string) => `${name} → ${verdict}`,
  noFailingCase: 'no case in which it fails: nothing shows that it can block',
  noPassingCase: 'no case in which it passes: nothing shows that it can be satisfied',
  surprise: (name: string, expected: string, got: string, why: string) =>
    `${name}: expected ${expected}, came out as ${got}. ${why}`,
  haltsWrong: 'A halt does not see what the cases expect of the orders',
  haltSurprise: (name: string, expected: Counts, seen: Counts) =>
    `a halt, ${name}: expected ${expected.resting} resting and ${expected.open} open, it saw ${seen.resting} and ${seen.open}`,
  shadow: 'in trial, does not decide',
  allIn: (casesFile: string) => `Cases: ${casesFile}`,
};

export type SelftestText = typeof selftest;
