import type { ObservedBaseline, ObservedWindow } from '../../../src/domain/check-run.js';
import type { Standing } from '../../../src/domain/criterion.js';

/** The prose of verify and go/no-go. Times come ready to print. */
export const decision = {
  criterion: 'Criterion',
  result: 'Result',
  evidence: 'Evidence',
  noEvidence: 'Not looked at.',
  goStanding: {
    pass: '✓ met',
    warn: '⚠ met, with a warning',
    fail: '✗ not met',
    unknown: '? unknown',
  } satisfies Readonly<Record<Standing, string>>,
  noGoStanding: {
    pass: '✓ absent',
    warn: '⚠ absent, with a warning',
    fail: '✗ present',
    unknown: '? unknown',
  } satisfies Readonly<Record<Standing, string>>,
  window: (from: string, to: string, basis: string) => `Window ${from} – ${to}: ${basis}.`,
  windowBasis: {
    process_start: 'since the present process started',
    look_back: 'the full look-back; the present process is older',
    start_unknown: 'the full look-back, because no present process is known',
    halt: 'since the halt',
  } satisfies Readonly<Record<NonNullable<ObservedWindow['basis']>, string>>,
  withoutStart: (hosts: string) => `No start is known for ${hosts}.`,
  baseline: (from: string, to: string, basis: string) => `Compared with ${from} – ${to}: ${basis}.`,
  noBaseline: (from: string, to: string) =>
    `No baseline yet: ${from} – ${to} holds too little to compare with, so the absolute bounds alone decide.`,
  baselineBasis: {
    passed_run: 'within the window of an earlier run that passed',
    before_window: 'directly before the window',
  } satisfies Readonly<Record<ObservedBaseline['basis'], string>>,
  confounded:
    'One instance trades, so before and after differ by the market too: this says that no rule is broken, not that the model is better.',
  acknowledge: 'Acknowledge',
  acknowledgeTitle: 'Acknowledge the warning?',
  acknowledgeText: (title: string) => `${title}: you take this warning upon yourself, by name, for this run.`,
  cancel: 'Cancel',
  acknowledgedBy: (who: string, when: string) => `acknowledged by ${who} · ${when}`,
  acknowledgedCount: (done: number, of: number) => `${done} of ${of} warnings acknowledged.`,
  startedIn: (channel: string) => `Started: the report appears in ${channel}.`,
};

export type DecisionText = typeof decision;
