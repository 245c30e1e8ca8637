import type { VariableFault } from '../../src/domain/fault.js';
import type { ContentPart } from '../../src/domain/release-content.js';
import type { ReleaseRefusalCode } from '../../src/domain/release-refusal.js';
import type { RequestState } from '../../src/domain/release-state.js';
import type { Facts } from './text.js';

/** What is wrong with a value that somebody typed. */
export type ValueFault = VariableFault | 'not_one_line';

/** All prose about plans, requests, approvals and locks; one object a language. */
export interface ReleaseText {
  readonly refusal: Readonly<Record<ReleaseRefusalCode, (fact: Facts) => string>>;
  readonly valueFault: Readonly<Record<ValueFault, (fact: Facts) => string>>;
  /** One sentence about a part that changed; `fact` knows host, subject, before and after. */
  readonly changed: Readonly<Record<ContentPart, (fact: Facts) => string>>;
  readonly state: Readonly<Record<RequestState, string>>;
  readonly plan: {
    readonly title: string;
    readonly model: string;
    readonly binary: string;
    readonly unchanged: string;
    readonly version: string;
    readonly reason: string;
    readonly canary: string;
    readonly next: string;
    readonly noChange: string;
    readonly notSet: string;
    readonly drift: string;
    readonly watch: (minutes: string, confirm: string) => string;
    readonly approvers: (people: number, groups: string) => string;
    readonly anyApprover: string;
    readonly stops: string;
    readonly allPass: (count: number) => string;
    readonly notRequestable: (verdict: string) => string;
    readonly acknowledge: string;
    readonly acknowledgeDrift: string;
    readonly refused: string;
  };
  readonly request: {
    readonly title: string;
    readonly brokenGlass: string;
    readonly summary: (state: string, strategy: string, target: string, by: string) => string;
    readonly by: (who: string, when: string) => string;
    /** The halt that the request brings the strategy back from. */
    readonly follows: (who: string, when: string, haltId: string) => string;
    readonly evidence: (verdict: string, when: string, until: string) => string;
    readonly approvals: (given: number, of: number) => string;
    readonly waiting: string;
    readonly anyone: string;
    readonly noPlace: string;
    readonly unknownPlaces: string;
    readonly quorumUntil: (when: string) => string;
    readonly startUntil: (when: string) => string;
    readonly rejected: (who: string, when: string) => string;
    readonly withdrawn: (who: string, when: string) => string;
    readonly quorumTimeOut: (when: string) => string;
    readonly startTimeOut: (when: string) => string;
    readonly invalidated: (when: string) => string;
    readonly halted: (when: string) => string;
    readonly executing: string;
    /** @param outcome what has become of the release */
    readonly executed: (outcome: string) => string;
    readonly acknowledged: (what: string, who: string) => string;
    readonly askAgain: string;
    readonly glassBy: (who: string, when: string) => string;
    readonly glassReview: string;
    readonly glassReviewed: (who: string, when: string) => string;
    readonly posted: (channel: string) => string;
    readonly started: string;
    readonly repeated: string;
    readonly kept: string;
    readonly dropped: string;
    readonly changedHead: string;
  };
  readonly button: Readonly<
    Record<
      | 'approve'
      | 'reject'
      | 'withdraw'
      | 'takeBack'
      | 'start'
      | 'renew'
      | 'reviewed'
      | 'breakGlass'
      | 'requestApproval'
      | 'makePlan'
      | 'cancel',
      string
    >
  >;
  readonly confirm: {
    readonly glassTitle: string;
    readonly glassText: string;
    readonly glassYes: string;
    readonly startTitle: string;
    readonly startText: (hosts: string) => string;
    readonly startYes: string;
    readonly no: string;
  };
  readonly form: {
    readonly title: string;
    readonly loading: string;
    readonly planning: string;
    readonly model: string;
    readonly keepModel: string;
    /** What was judged is not among the staged models any more. */
    readonly modelGone: (name: string, sha256: string) => string;
    readonly version: string;
    readonly versionHint: string;
    readonly binary: string;
    readonly keepBinary: string;
    readonly settings: string;
    readonly settingsHint: string;
    readonly reason: string;
    readonly noStaged: string;
    readonly age: (text: string) => string;
    readonly default: (value: string) => string;
    readonly range: (range: string) => string;
    readonly rejectTitle: string;
    readonly rejectReason: string;
    readonly done: string;
  };
  readonly lock: {
    readonly locked: (target: string, who: string, when: string, reason: string) => string;
    readonly unlocked: (target: string, who: string, taken: string) => string;
  };
}
