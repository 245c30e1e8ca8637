import type { Environment } from '@marcbachmann/cel-js';
import { ConditionError, type ValueKind } from '../domain/condition.js';
import { type ConditionNode, isNode, nodesOf } from './condition-tree.js';

/**
 * To CEL null, NaN and the empty text are values like others: `r.state != "bad"` and `!(r.lag > 10)` would hold, and
 * pass a check, where nothing was measured; so would `r.x != '5'` for a number. Here no comparison, arithmetic or
 * function takes such a value, and none compares a number with a text: the condition cannot be evaluated. Only what
 * names it asks for it: `r.state == null`, `r.state != ""`. An empty list or record is no data in the same way, also one
 * that the condition has emptied itself; `size()` and `== []` ask for it.
 */

const TYPES = ['string', 'double', 'bool', 'int', 'list', 'map'];

/** Lets null stand beside a value of any type. The library derives `!=`, and the order `TYPE == null`, from this. */
export function registerNull(environment: Environment): void {
  for (const type of TYPES) environment.registerOperator(`null == ${type}: bool`, () => false);
}

/** @param tree of a condition that has been type-checked. */
export function requireMeasuredValues(tree: unknown): void {
  for (const node of nodesOf(tree)) {
    const { handle } = node;
    const guard = GUARDS[node.op];
    if (handle === undefined || guard === undefined) continue;
    node.handle = (...values) => {
      guard(node, values);
      const answer = handle(...values);
      if (typeof answer === 'number' && !Number.isFinite(answer)) {
        throw new ConditionError({ code: 'calculation_unanswered', facts: {} });
      }
      return answer;
    };
  }
}

type Guard = (node: ConditionNode, values: readonly unknown[]) => void;

const equality: Guard = ({ args }, [left, right]) => {
  const sides = Array.isArray(args) ? args : [];
  const literals = sides.filter(isLiteral).map((literal) => literal.args);
  if (literals.includes(null)) return;
  const asksForEmpty = sides.some(isEmptyLiteral);
  for (const side of [left, right]) {
    const isAskedFor = (side === '' && literals.includes('')) || (asksForEmpty && isEmpty(side));
    if (!isAskedFor) requireMeasured(side);
  }
  requireOneKind(left, right);
};

const membership: Guard = (_node, [member, among]) => {
  requireMeasured(member);
  requireSome(among);
  if (!Array.isArray(among)) return;
  requireMeasured(among);
  for (const other of among) requireOneKind(member, other);
};

/** `all` of none would hold, and `exists` of none would not: neither is an answer. */
const quantifier: Guard = ({ args }, [over]) => {
  if (isQuantifier(args)) requireSome(over);
};

const operands: Guard = (_node, [left, right]) => [left, right].forEach(requireMeasuredItself);

/** A list may hold what was not measured while it is counted or filtered; a literal is what its author wants. */
const callArguments: Guard = ({ op, args }, [values]) => {
  const [, ...given] = Array.isArray(args) ? args : [];
  const written: readonly unknown[] = op === 'call' ? [given[0]].flat() : given.flat();
  if (!Array.isArray(values)) return;
  for (const [index, value] of values.entries()) if (!isLiteral(written[index])) requireMeasuredItself(value);
};

const GUARDS: Readonly<Record<string, Guard>> = {
  '==': equality,
  '!=': equality,
  in: membership,
  ...Object.fromEntries(['<', '<=', '>', '>=', '+', '-', '*', '/', '%'].map((sign) => [sign, operands])),
  '-_': (_node, [value]) => requireMeasuredItself(value),
  comprehension: quantifier,
  call: callArguments,
  rcall: callArguments,
};

function requireMeasuredItself(value: unknown): void {
  const refuse = (code: 'value_null' | 'value_empty_text' | 'value_not_a_number'): never => {
    throw new ConditionError({ code, facts: {} });
  };
  if (value === null || value === undefined) refuse('value_null');
  if (value === '') refuse('value_empty_text');
  if (Number.isNaN(value)) refuse('value_not_a_number');
}

function requireMeasured(value: unknown): void {
  requireMeasuredItself(value);
  if (typeof value !== 'object' || value === null) return;
  requireSome(value);
  Object.values(value).forEach(requireMeasured);
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function requireSome(value: unknown): void {
  if (isEmpty(value)) throw new ConditionError({ code: 'nothing_measured', facts: {} });
}

function requireOneKind(left: unknown, right: unknown): void {
  const facts = { left: kindOf(left), right: kindOf(right) };
  if (facts.left !== facts.right) throw new ConditionError({ code: 'kinds_differ', facts });
}

function kindOf(value: unknown): ValueKind {
  if (Array.isArray(value)) return 'list';
  return KINDS[typeof value] ?? 'record';
}

const KINDS: Readonly<Record<string, ValueKind>> = {
  number: 'number',
  bigint: 'number',
  string: 'text',
  boolean: 'boolean',
};

/** `[]` or `{}`, as written in the condition. */
const isEmptyLiteral = (value: unknown): boolean =>
  isNode(value) && ['list', 'map'].includes(value.op) && Array.isArray(value.args) && value.args.length === 0;

const isQuantifier = (args: unknown): boolean =>
  typeof args === 'object' && args !== null && 'kind' in args && args.kind === 'quantifier';

const isLiteral = (value: unknown): value is ConditionNode => isNode(value) && value.op === 'value';
