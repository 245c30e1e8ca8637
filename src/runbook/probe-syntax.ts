import type { z } from 'zod';
import type { ConfigurationSentence } from '../domain/sentence.js';
import type { VariableDefinition } from '../domain/variable.js';
import type { ProbeDefinition, ProbeNeed, Query } from './check-definition.js';

/** Keys of a check by name, each with the shape of its value. */
export type ProbeKeys = Readonly<Record<string, z.ZodType>>;

/** The values of those keys that stand in one check. */
type ProbeSource<Keys extends ProbeKeys> = { readonly [Name in keyof Keys]?: z.output<Keys[Name]> };

/** How checks of one kind are written in a runbook. */
export interface ProbeSyntax<Keys extends ProbeKeys = ProbeKeys, Settings extends object = object> {
  /** Its name in results, too: small letters and `_`. */
  readonly kind: string;
  readonly needs: ProbeNeed;
  /** How long a check of this kind may take where it does not say; 5 s unless given. */
  readonly timeoutMs?: number;
  readonly keys: Keys;
  /** Those of its keys that mean something beside another one only, with that other one. Of all the rest a check has exactly one. */
  readonly beside?: Readonly<Record<string, string>>;
  /** What its rows may hold; undefined: that depends on the check, or on what is asked. */
  readonly columns?: readonly string[];
  /** @returns undefined where a fault was told. */
  compile(source: ProbeSource<Keys>, tools: ProbeTools): (Settings & ProbeSubjects) | undefined;
}

type ProbeSubjects = Pick<ProbeDefinition, 'query' | 'expectKeys' | 'files' | 'judgedModel' | 'columns'>;

/** What the loader offers to the compile step of a kind, for one check. */
export interface ProbeTools {
  /** A statement of the check's own. */
  statement(sql: string): Query | undefined;
  /** One of the runbook's `queries`. */
  query(name: string): Query | undefined;
  /** One of the runbook's `variables`. */
  variable(name: string): VariableDefinition | undefined;
  /** One of the runbook's `systemVariables`; no fault is told where there is none. */
  systemVariable(name: string): VariableDefinition | undefined;
  /** One of the runbook's `params` that is a number. */
  parameter(name: string): number | undefined;
  /** Whether the runbook says how a start shows in the log. */
  readonly knowsStartLog: boolean;
  /** Tells what is wrong, in one sentence: at the key that makes the check one of this kind. */
  fault(fault: ConfigurationSentence): undefined;
}
