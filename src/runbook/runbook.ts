import type { CriterionDefinition } from '../domain/criterion.js';
import type { TextFile } from '../domain/kept-document.js';
import type { WindowSettings } from '../domain/run-window.js';
import type { VariableDefinition } from '../domain/variable.js';
import type { Query, Section } from './check-definition.js';
import type { Parameters } from './conditions.js';
import type { ChartDefinition } from './decision.js';
import type { LinearPattern } from './linear-pattern.js';
import { STATEMENT_CLOCK } from './statement.js';
import type { StrategyContract } from './strategy-contract.js';
import type { TrainingDefinition } from './training.js';

/** A loaded runbook: everything in it has been checked, compiled and cross-referenced. */
export interface Runbook extends StrategyContract {
  readonly file: string;
  /** SHA-256 over the bytes of the file and of the statements beside it, in hex. */
  readonly sha256: string;
  /** What that hash is over, the runbook first. */
  readonly texts: readonly TextFile[];
  readonly params: Parameters;
  /** By name without the prefix, in the order of the file. */
  readonly variables: ReadonlyMap<string, VariableDefinition>;
  /** What the trading system around the strategy reads, by full name. */
  readonly systemVariables: ReadonlyMap<string, VariableDefinition>;
  readonly window: WindowSettings;
  /** What one probe may see at most; beyond it the check is an ERROR. */
  readonly bounds: { readonly maxRows: number; readonly maxBytes: number };
  /** undefined: the runbook does not say how a start shows in the log. */
  readonly startLog: StartLog | undefined;
  /** Rows of the market's present state: what a model is tried on. */
  readonly modelInputs: ModelInputs | undefined;
  /** undefined: the runbook does not say how a model is trained. */
  readonly training: TrainingDefinition | undefined;
  /** What its statements and a halt read in the trading database. */
  readonly tables: readonly string[];
  readonly sections: readonly Section[];
  /** Section 5 of the checklist: what the go/no-go decision rests on. */
  readonly criteria: readonly CriterionDefinition[];
  readonly charts: readonly ChartDefinition[];
}

/** The variables that a runbook declares. */
export type Declarations = Pick<Runbook, 'envPrefix' | 'variables'> &
  Partial<Pick<Runbook, 'systemVariables'>>;

/** A column holds the feature of its own name, and those that `features` calls it by. */
interface ModelInputs extends Query {
  /** The model's feature → the column. */
  readonly features: Readonly<Record<string, string>>;
}

/** How the strategy's log shows a good and a bad start. */
export interface StartLog {
  /** The message of the line, then its fields (`name={NAME}`); `{NAME}` stands for the effective value of a variable. */
  readonly loadedLine: readonly string[];
  readonly errorLines: readonly LinearPattern[];
  /** How long after the start these lines come. */
  readonly withinSecs: number;
}

/** What a statement may bind besides the runbook's own parameters; the run supplies them. */
export const RUN_PARAMETERS = [
  'agentId',
  'accountId',
  'dryRun',
  'namedRows',
  'namedAccounts',
  'asOf',
  'rowsUntil',
  STATEMENT_CLOCK,
  'windowFrom',
  'windowTo',
  'baselineFrom',
  'baselineTo',
] as const;

/** The files on hosts that checks name. */
export function filesOf({ sections }: Pick<Runbook, 'sections'>): readonly string[] {
  return sections.flatMap(({ checks }) => checks.flatMap(({ probe }) => probe.files ?? []));
}

/** The time-out of the most patient check. */
export function longestCheckMs({ sections }: Pick<Runbook, 'sections'>): number {
  return Math.max(0, ...sections.flatMap(({ checks }) => checks.map(({ timeoutMs }) => timeoutMs)));
}
