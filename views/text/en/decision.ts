import type { ObservedBaseline, ObservedWindow } from '../../../src/domain/check-run.js';
import type { Locale } from '../../../src/domain/localized.js';
import { decisionZhCN } from '../zh-CN/decision.js';

const decisionEn: DecisionText = {
  criterion: 'Criterion',
  result: 'Result',
  evidence: 'Evidence',
  noEvidence: 'Not looked at.',
  goStanding: { pass: '✓ met', warn: '⚠ met, with a warning', fail: '✗ not met', unknown: '? unknown' },
  noGoStanding: {
    pass: '✓ absent',
    warn: '⚠ absent, with a warning',
    fail: '✗ present',
    unknown: '? unknown',
  },
  reused: (count, of, parts, oldest, minutes) =>
    `Reused ${count} of ${of} results, observed since ${oldest} (up to ${minutes} min earlier): ${parts}. *Run again* looks at everything anew.`,
  window: (from, to, basis) => `Window ${from} – ${to}: ${basis}.`,
  windowBasis: {
    process_start: 'since the present process started',
    look_back: 'the full look-back; the present process is older',
    start_unknown: 'the full look-back, because no present process is known',
    halt: 'since the halt',
  },
  withoutStart: (hosts) => `No start is known for ${hosts}.`,
  baseline: (from, to, basis) => `Compared with ${from} – ${to}: ${basis}.`,
  baselineBasis: {
    passed_run: 'within the window of an earlier run that passed',
    before_window: 'directly before the window',
  },
  confounded:
    'One instance trades, so before and after differ by the market too: this says that no rule is broken, not that the model is better.',
  acknowledge: 'Acknowledge',
  acknowledgeTitle: 'Acknowledge the warning?',
  acknowledgeText: (title) => `${title}: you take this warning upon yourself, by name, for this run.`,
  cancel: 'Cancel',
  acknowledgedBy: (who, when) => `acknowledged by ${who} · ${when}`,
  acknowledgedCount: (done, of) => `${done} of ${of} warnings acknowledged.`,
  tooLate:
    'This report is out of date, so its warnings can no longer be acknowledged. Nothing was stored. Run go/no-go again.',
  notAWarning: 'This run holds no such warning. Nothing was stored.',
  notAMember:
    'A guest, a bot or a deactivated account cannot acknowledge a warning. Ask a member of the workspace. Nothing was stored.',
  alreadyAcknowledged: (who) => `This warning has been acknowledged already, by ${who}.`,
  startedIn: (channel) => `Started: the report appears in ${channel}.`,
};

/** How a criterion stands: PASS and WARN apart, FAIL, or unknown. */
export type Standing = 'pass' | 'warn' | 'fail' | 'unknown';

/** The prose of verify and go/no-go. Times come ready to print. */
export interface DecisionText {
  readonly criterion: string;
  readonly result: string;
  readonly evidence: string;
  readonly noEvidence: string;
  readonly goStanding: Readonly<Record<Standing, string>>;
  readonly noGoStanding: Readonly<Record<Standing, string>>;
  /** @param parts one text a section, e.g. `2.1 (11)` */
  readonly reused: (count: number, of: number, parts: string, oldest: string, minutes: number) => string;
  readonly window: (from: string, to: string, basis: string) => string;
  readonly windowBasis: Readonly<Record<NonNullable<ObservedWindow['basis']>, string>>;
  readonly withoutStart: (hosts: string) => string;
  readonly baseline: (from: string, to: string, basis: string) => string;
  readonly baselineBasis: Readonly<Record<ObservedBaseline['basis'], string>>;
  readonly confounded: string;
  readonly acknowledge: string;
  readonly acknowledgeTitle: string;
  readonly acknowledgeText: (title: string) => string;
  readonly cancel: string;
  readonly acknowledgedBy: (who: string, when: string) => string;
  readonly acknowledgedCount: (done: number, of: number) => string;
  readonly tooLate: string;
  readonly notAWarning: string;
  readonly notAMember: string;
  readonly alreadyAcknowledged: (who: string) => string;
  readonly startedIn: (channel: string) => string;
}

const TEXTS: Readonly<Record<Locale, DecisionText>> = { en: decisionEn, 'zh-CN': decisionZhCN };

export const decisionTextFor = (locale: Locale): DecisionText => TEXTS[locale];
