import type { CriterionDefinition } from '../domain/criterion.js';
import type { Localized } from '../domain/localized.js';
import type { CheckMode, RunKind } from '../domain/outcome.js';
import type { Condition, Parameters, RowPredicate } from './conditions.js';
import type { ChartDefinition } from './decision.js';
import type { MessageTemplate } from './message-template.js';
import type { Statement } from './statement.js';
import type { TrainingDefinition } from './training.js';
import type { VariableDefinition } from './variable.js';

/** A loaded runbook: everything in it has been checked, compiled and cross-referenced. */
export interface Runbook {
  readonly file: string;
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
  readonly strategy: string;
  readonly agentId: string;
  readonly envPrefix: string;
  readonly params: Parameters;
  /** By name without the prefix, in the order of the file. */
  readonly variables: ReadonlyMap<string, VariableDefinition>;
  readonly window: WindowSettings;
  /** undefined: the runbook does not say how a start shows in the log. */
  readonly startLog: StartLog | undefined;
  /** Rows of the market's present state, one column a feature: what a model is tried on. */
  readonly modelInputs: Query | undefined;
  /** undefined: the runbook does not say how a model is trained. */
  readonly training: TrainingDefinition | undefined;
  readonly sections: readonly Section[];
  /** Section 5 of the checklist: what the go/no-go decision rests on. */
  readonly criteria: readonly CriterionDefinition[];
  readonly charts: readonly ChartDefinition[];
}

/** The span of time that statements look at when they bind `windowFrom` and its like. */
export interface WindowSettings {
  /** At most this long, however long the present process has been running. */
  readonly minutes: number;
  /** An earlier passed window is a baseline up to this age. */
  readonly baselineMaxAgeHours: number;
}

/** How the strategy's log shows a good and a bad start. */
export interface StartLog {
  /** One line holds all of these; `{NAME}` stands for the effective value of a variable. */
  readonly loadedLine: readonly string[];
  readonly errorLines: readonly RegExp[];
  /** How long after the start these lines come. */
  readonly withinSecs: number;
}

export interface Section {
  /** The checklist's number. */
  readonly id: string;
  readonly title: Localized;
  readonly kinds: readonly RunKind[];
  readonly checks: readonly CheckDefinition[];
}

export interface Query {
  /** Checks with the same name share one execution, so that their figures agree with each other. */
  readonly name: string;
  readonly statement: Statement;
  readonly timeoutMs: number;
}

export type ProbeDefinition =
  | { readonly kind: 'sql'; readonly query: Query; readonly column: string | undefined }
  | { readonly kind: 'env'; readonly variable: string; readonly definition: VariableDefinition }
  | { readonly kind: 'process' }
  | { readonly kind: 'model'; readonly variable: string }
  | { readonly kind: 'service' }
  | { readonly kind: 'file'; readonly path: string };

export interface LocalizedTemplate {
  readonly en: MessageTemplate;
  readonly 'zh-CN': MessageTemplate;
}

export interface CheckDefinition {
  readonly id: string;
  readonly section: string;
  readonly title: Localized;
  readonly mode: CheckMode;
  readonly probe: ProbeDefinition;
  readonly expectKeys:
    | {
        readonly column: string;
        readonly values: readonly string[];
        readonly missing: 'fail' | 'inconclusive';
      }
    | undefined;
  readonly noData: 'inconclusive' | 'fail';
  readonly pass: Condition;
  readonly warn: Condition | undefined;
  readonly fail: Condition;
  readonly isWrongRow: RowPredicate | undefined;
  /** The variables that its conditions and texts read as `env.NAME`. */
  readonly environment: readonly string[];
  readonly text: {
    readonly problem: LocalizedTemplate | undefined;
    /** Said instead of `problem`, each that holds for the row. */
    readonly problems: readonly { readonly when: RowPredicate; readonly say: LocalizedTemplate }[];
    /** Where neither `pass` nor `fail` holds; `problem` unless given. */
    readonly unclear: LocalizedTemplate | undefined;
    readonly fine: LocalizedTemplate | undefined;
    readonly remedy: Localized | undefined;
  };
  readonly timeoutMs: number;
  readonly onDemand: ReadonlyMap<string, Query & { readonly title: Localized }>;
}

/** What a statement may bind besides the runbook's own parameters; the run supplies them. */
export const RUN_PARAMETERS = [
  'agentId',
  'accountId',
  'windowFrom',
  'windowTo',
  'baselineFrom',
  'baselineTo',
] as const;
export type RunParameter = (typeof RUN_PARAMETERS)[number];

/** The files on hosts that checks name. */
export function filesOf({ sections }: Pick<Runbook, 'sections'>): readonly string[] {
  return sections.flatMap(({ checks }) =>
    checks.flatMap(({ probe }) => (probe.kind === 'file' ? [probe.path] : [])),
  );
}

/** The time-out of the most patient check. */
export function longestCheckMs({ sections }: Pick<Runbook, 'sections'>): number {
  return Math.max(0, ...sections.flatMap(({ checks }) => checks.map(({ timeoutMs }) => timeoutMs)));
}
