import type { CheckResult, CheckRun } from '../domain/check-run.js';
import type { RunKind } from '../domain/outcome.js';
import type { Person } from '../domain/person.js';
import type { CheckDefinition } from '../runbook/check-definition.js';
import type { Target } from '../runbook/targets.js';
import type { PlannedState } from './context/planned-state.js';

export interface RunRequest {
  readonly kind: RunKind;
  readonly target: Target;
  readonly requestedBy: Person;
  /** What a release plans: judged instead of what stands. */
  readonly planned?: PlannedState;
  /** `target` holds some of its hosts only. */
  readonly partial?: boolean;
  /** Of the kind's checks only these; it is partial then. */
  readonly only?: readonly string[] | undefined;
  /** The watch asks for it: nobody sees charts of it. */
  readonly watched?: boolean;
  /** Stored only where it says so: a look that finds nothing wrong is no run that anybody asked for. */
  readonly keptIf?: 'NO_GO';
  /** When a halt was asked for, where section 4 looks after it: its window begins no earlier. */
  readonly halted?: Date;
  /** Told at the start and after each result. */
  readonly onProgress?: ((checks: readonly CheckState[]) => void) | undefined;
  readonly signal?: AbortSignal;
}

/** A check of a run that goes on. */
export interface CheckState {
  readonly id: string;
  readonly section: string;
  readonly title: CheckDefinition['title'];
  /** undefined: still running. */
  readonly result: CheckResult | undefined;
}

export interface FinishedRun {
  readonly run: CheckRun;
  /** false: the bot's database did not take it; the run itself is as good. */
  readonly stored: boolean;
}

/** Some checks by themselves, as a part of other work. */
export interface ExamineRequest {
  readonly target: Target;
  readonly checks: readonly CheckDefinition[];
  readonly planned?: PlannedState;
  readonly signal?: AbortSignal;
}
