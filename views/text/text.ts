import type { ObservedRow } from '../../src/domain/check-run.js';
import type { FaultCode } from '../../src/domain/fault.js';
import type { Outcome, RunKind } from '../../src/domain/outcome.js';
import type { ReasonCode } from '../../src/domain/reason.js';
import type { Verdict } from '../../src/domain/verdict.js';
import type { FailFastReason } from '../../src/hosts/proof-of-start.js';

/** The facts of a reason, each as text. */
export type Facts = (name: string) => string;

/** All prose of the reports; one object a language, of the same shape. */
export interface Text {
  readonly verdict: Readonly<Record<Verdict, string>>;
  readonly outcome: Readonly<Record<Outcome, string>>;
  readonly kind: Readonly<Record<RunKind, string>>;
  readonly reason: Readonly<Record<ReasonCode, (fact: Facts) => string>>;
  /** About one row that carries the fault. */
  readonly fault: Readonly<Record<FaultCode, (row: ObservedRow) => string>>;
  /** Why a start counts as failed. */
  readonly startFailure: Readonly<Record<FailFastReason, string>>;
  /** What to do about a reason; the runbook's own remedy goes before it. */
  readonly remedy: Readonly<Partial<Record<ReasonCode, string>>>;
  readonly hostError: Readonly<Record<string, string>>;
  readonly databaseError: Readonly<Record<string, (fact: Facts) => string>>;
  readonly report: {
    readonly stops: string;
    readonly unknown: string;
    readonly warnings: string;
    readonly shadow: string;
    readonly by: (kind: string, who: string, when: string) => string;
    readonly size: (checks: number, seconds: string) => string;
    readonly validUntil: (when: string) => string;
    readonly folded: (passed: number, of: number) => string;
    readonly more: (count: number) => string;
    readonly cut: string;
    readonly notStored: string;
    /** A variable is set in no file. */
    readonly defaultApplies: (host: string, value: string) => string;
    readonly superseded: (when: string) => string;
    readonly expired: (when: string) => string;
    /** What an expired verdict was. */
    readonly wasBefore: (verdict: string) => string;
    readonly summary: (
      verdict: string,
      strategy: string,
      target: string,
      kind: string,
      why: string,
    ) => string;
    readonly running: (kind: string, strategy: string, target: string) => string;
    readonly runningLine: (done: number, of: number) => string;
    readonly stillRunning: string;
  };
  readonly button: Readonly<Record<'runAgain' | 'details' | 'rollBack' | 'close' | 'countAll', string>>;
  readonly details: {
    readonly title: string;
    readonly loading: string;
    readonly gone: string;
    readonly observed: string;
    readonly expected: string;
    readonly window: string;
    readonly took: (ms: number, at: string) => string;
    readonly noRows: string;
    readonly parameters: string;
    readonly counting: string;
    readonly rowsMore: (count: number) => string;
  };
  readonly help: {
    readonly title: string;
    readonly intro: string;
    readonly audience: Readonly<Record<'all' | 'requester' | 'operator' | 'admin', string>>;
    readonly section: (id: string) => string;
    readonly terminalOnly: string;
  };
  readonly usage: {
    readonly unknownTarget: (name: string, known: string, nearest: string | undefined) => string;
    readonly tooManyWords: (word: string, usage: string) => string;
  };
}
