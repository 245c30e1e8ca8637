import type { ObservedBaseline, ObservedWindow } from '../../src/domain/check-run.js';
import type { Locale } from '../../src/domain/localized.js';
import { decisionEn } from './decision-en.js';
import { decisionZhCN } from './decision-zh-CN.js';

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
