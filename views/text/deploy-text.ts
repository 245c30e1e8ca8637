import type { Locale } from '../../src/domain/localized.js';
import type { ReleaseProblemCode } from '../../src/domain/release-problem.js';
import type { ReleaseState, StepKind, StepState } from '../../src/domain/release-state.js';
import type { FailFastReason } from '../../src/hosts/proof-of-start.js';
import { deployEn } from './deploy-en.js';
import { deployZhCN } from './deploy-zh-CN.js';
import type { Facts } from './text.js';

/** All prose about a release under way; one object a language. */
export interface DeployText {
  readonly state: Readonly<Record<ReleaseState, string>>;
  readonly step: Readonly<Record<StepKind, string>>;
  readonly stepState: Readonly<Record<StepState, string>>;
  readonly problem: Readonly<Record<ReleaseProblemCode, (fact: Facts) => string>>;
  readonly failFast: Readonly<Record<FailFastReason, string>>;
  readonly summary: (state: string, strategy: string, target: string, now: string) => string;
  readonly by: (who: string, when: string) => string;
  readonly confirmBy: (when: string) => string;
  readonly ended: (when: string) => string;
  readonly watch: (minutes: string) => string;
  readonly wholeTarget: string;
  readonly canary: string;
  readonly due: (minutes: string) => string;
  readonly next: (step: string, when: string) => string;
  readonly verdict: (verdict: string) => string;
  readonly process: (pid: string) => string;
  /** Checks whose failure is that of hosts which do not have the release yet. */
  readonly setAside: (checks: string) => string;
  readonly putBack: string;
  readonly stopped: string;
  /** After a put-back. */
  readonly leftStopped: string;
  readonly answered: (who: string, wasDone: boolean) => string;
  readonly logSays: string;
  readonly cancelling: (who: string) => string;
  readonly whatNow: Readonly<Partial<Record<ReleaseState, string>>>;
  /** While a failed release still waits for its deadline. */
  readonly notConfirmed: (when: string) => string;
  /** A release that was not confirmed, until every host is proved off; and what each host is. */
  readonly turningOff: Readonly<
    Record<'title' | 'whatNow' | 'off' | 'stopped' | 'notYet' | 'notOff', string>
  >;
  readonly incident: string;
  readonly brokenGlass: string;
  readonly button: Readonly<Record<'cancel' | 'wasDone' | 'wasNotDone', string>>;
  readonly confirmCancel: Readonly<Record<'title' | 'text' | 'yes' | 'no', string>>;
  readonly cancelReason: string;
  readonly alreadyOver: string;
}

const TEXTS: Readonly<Record<Locale, DeployText>> = { en: deployEn, 'zh-CN': deployZhCN };

export const deployTextFor = (locale: Locale): DeployText => TEXTS[locale];
