import type { RowPredicate } from '../domain/condition.js';
import type { Judgement } from '../domain/evaluate-check.js';
import type { Localized } from '../domain/localized.js';
import type { CheckMode, RunKind } from '../domain/outcome.js';
import type { MessageTemplate } from './message-template.js';
import type { Statement } from './statement.js';

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
  /** What its rows are expected to hold. */
  readonly expectKeys?: Judgement['expectKeys'];
}

/** What a kind of probe looks at. */
export type ProbeNeed = 'trading_database' | 'state_database' | 'hosts' | 'network';

/** Where a check's observation comes from. The settings of its kind stand beside these; only the kind itself knows them. */
export interface ProbeDefinition {
  readonly kind: string;
  readonly needs: ProbeNeed;
  /** What it asks of the trading database. */
  readonly query?: Query;
  /** What its rows are expected to hold, where the check itself says nothing. */
  readonly expectKeys?: Judgement['expectKeys'];
  /** Files on the hosts that it looks at, besides the target's own. */
  readonly files?: readonly string[];
  /** What the rows of this check may hold; undefined: whatever is answered. */
  readonly columns?: ReadonlySet<string> | undefined;
  /** The variable that names the model file which it judges. */
  readonly judgedModel?: string;
}

export interface LocalizedTemplate {
  readonly en: MessageTemplate;
  readonly 'zh-CN': MessageTemplate;
}

export interface CheckDefinition extends Judgement {
  readonly id: string;
  readonly section: string;
  readonly title: Localized;
  readonly mode: CheckMode;
  readonly probe: ProbeDefinition;
  /** Whether a row's baseline holds enough to compare with; undefined for a check that compares nothing. */
  readonly hasBaseline: RowPredicate | undefined;
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
