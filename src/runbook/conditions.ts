import { Environment } from '@marcbachmann/cel-js';
import {
  type Allowance,
  type Condition,
  ConditionError,
  type ConditionFault,
  type RowPredicate,
} from '../domain/condition.js';
import type { VariableDefinition } from '../domain/variable.js';
import { createAllowance, meterSteps } from './allowance.js';
import { registerStatistics } from './condition-functions.js';
import { fieldsRead } from './condition-tree.js';
import { RefusedPart } from './configuration-fault.js';
import { matchInLinearTime } from './linear-matches.js';
import { registerNull, requireMeasuredValues } from './measured-values.js';

/** A parameter of the runbook: what conditions read as `params.NAME` and SQL as `${NAME}`. */
type ParameterValue = string | number | boolean | readonly string[] | readonly number[];
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** Compiles conditions against one set of parameters. Conditions are CEL: typed, without side effects. */
export interface ConditionCompiler {
  /** @throws RefusedPart that says what is wrong with the text. */
  compile(source: string): Condition;
  /** A condition over one row, named `r`; for choosing the rows to show. */
  compileRowPredicate(source: string): RowPredicate;
  /** The variables that one of either kind reads as `env.NAME`; none where it does not compile. */
  variablesOf(source: string): readonly string[];
}

/** @param variables of the runbook: the names that conditions may read as `env.NAME`, with their types. */
export function createConditionCompiler(
  parameters: Parameters,
  variables: Readonly<Record<string, VariableDefinition>> = {},
): ConditionCompiler {
  const base = environmentWith(parameters, variables);
  const overRows = base.clone().registerVariable('rows', 'list<map>');
  const overRow = base.clone().registerVariable('r', 'map');
  const overBoth = overRows.clone().registerVariable('r', 'map');
  const compileBoolean = (environment: Environment, source: string) => {
    const tree = checkedTree(environment, source);
    for (const parameter of fieldsRead(tree.ast, 'params'))
      if (!Object.hasOwn(parameters, parameter))
        throw new RefusedPart({ code: 'parameter_missing', facts: { parameter } });
    for (const name of fieldsRead(tree.ast, 'env'))
      if (!Object.hasOwn(variables, name))
        throw new RefusedPart({ code: 'variable_unknown', facts: { name } });
    matchInLinearTime(tree.ast, parameters);
    return evaluator(tree);
  };

  return {
    compile(source) {
      const evaluate = compileBoolean(overRows, source);
      return {
        source,
        text: withValues(source, parameters),
        holds: (rows, env = {}, allowance = createAllowance()) =>
          evaluate({ rows, params: parameters, env }, allowance),
      };
    },
    compileRowPredicate(source) {
      const evaluate = compileBoolean(overRow, source);
      return (row, env = {}, allowance = createAllowance()) =>
        evaluate({ r: row, params: parameters, env }, allowance);
    },
    variablesOf(source) {
      return overBoth.check(source).valid ? fieldsRead(checkedTree(overBoth, source).ast, 'env') : [];
    },
  };
}

type Program = ReturnType<Environment['parse']>;

function checkedTree(environment: Environment, source: string): Program {
  const checked = environment.check(source);
  if (!checked.valid)
    throw new RefusedPart({ code: 'library_says', facts: { text: firstLine(checked.error) } }, undefined, {
      cause: checked.error,
    });
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    throw new RefusedPart({ code: 'condition_not_boolean', facts: { type: checked.type ?? 'unknown' } });
  }
  const program = environment.parse(source);
  program.check();
  return program;
}

function evaluator(program: Program): (context: object, allowance: Allowance) => boolean {
  requireMeasuredValues(program.ast);
  let current: Allowance | undefined;
  meterSteps(program.ast, (steps) => current?.spend(steps));
  return (context, allowance) => {
    let answer: unknown;
    current = allowance;
    allowance.spend(1);
    try {
      answer = program(context);
    } catch (error) {
      // Whatever it was wrapped in, or has led to.
      if (allowance.isSpent) allowance.spend(0);
      const fault = faultWithin(error) ?? { code: 'library', facts: { text: firstLine(error) } };
      throw new ConditionError(fault, { cause: error });
    }
    // `all` and `||` look for an answer beside an error.
    if (allowance.isSpent) allowance.spend(0);
    if (typeof answer !== 'boolean') throw new ConditionError({ code: 'not_true_or_false', facts: {} });
    return answer;
  };
}

function environmentWith(
  parameters: Parameters,
  variables: Readonly<Record<string, VariableDefinition>>,
): Environment {
  const environment = new Environment()
    .registerVariable({ name: 'params', schema: schemaOf(parameters) })
    .registerVariable({ name: 'env', schema: typesOf(variables) });
  registerStatistics(environment);
  registerNull(environment);
  environment.registerOperator('double == int: bool', (a: number, b: bigint) => a === Number(b));
  // Every observed number is a double, and CEL keeps doubles and ints apart: without these, `r.lag * 2` would be
  // refused, which nobody who writes a checklist expects.
  for (const [sign, apply] of ARITHMETIC) {
    environment.registerOperator(`double ${sign} int: double`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${sign} double: double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  return environment;
}

const ARITHMETIC: readonly (readonly [string, (a: number, b: number) => number])[] = [
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
];

function schemaOf(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, celType(value)]));
}

function typesOf(variables: Readonly<Record<string, VariableDefinition>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, { type }]) => [name, VARIABLE_TYPES[type]]),
  );
}

const VARIABLE_TYPES: Readonly<Record<VariableDefinition['type'], string>> = {
  boolean: 'bool',
  number: 'double',
  integer: 'double',
  enum: 'string',
  text: 'string',
  path: 'string',
};

function celType(value: ParameterValue): string {
  if (Array.isArray(value)) return `list<${celType(value[0] ?? '')}>`;
  if (typeof value === 'number') return 'double';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

function withValues(source: string, parameters: Parameters): string {
  return source.replaceAll(PARAMETER_OR_TEXT, (whole, name: string | undefined) =>
    name !== undefined && Object.hasOwn(parameters, name) ? JSON.stringify(parameters[name]) : whole,
  );
}

/** `params.NAME`; a text is taken whole, so that nothing within it is. */
const PARAMETER_OR_TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w.])params\.([A-Za-z_]\w*)/g;

/** The library may wrap what was thrown within it. */
function faultWithin(error: unknown): ConditionFault | undefined {
  if (error instanceof ConditionError) return error.fault;
  return error instanceof Error ? faultWithin(error.cause) : undefined;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? message).trim();
}
