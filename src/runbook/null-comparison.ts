import type { Environment } from '@marcbachmann/cel-js';

/** The part of the library's syntax tree that a comparison hands on; its types leave it out. */
interface Comparison {
  readonly args?: unknown;
}

const TYPES = ['string', 'double', 'bool', 'int', 'list', 'map'];

/**
 * To CEL null is a value like others, so `r.state != "bad"` would hold, and pass a check, where nothing was measured.
 * Here a comparison with a value that turns out to be null cannot be evaluated; only one that names null itself
 * (`r.state == null`) asks for it.
 */
export function registerNullComparison(environment: Environment): void {
  const compare = (_left: unknown, _right: unknown, comparison?: Comparison): boolean => {
    if (namesNull(comparison)) return false;
    throw new Error('a value that is compared is null: nothing was measured');
  };
  // The library derives `!=`, and the order `TYPE == null`, from this.
  for (const type of TYPES) environment.registerOperator(`null == ${type}: bool`, compare);
}

function namesNull(comparison: Comparison | undefined): boolean {
  return Array.isArray(comparison?.args) && comparison.args.some(isNullLiteral);
}

function isNullLiteral(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return 'op' in node && node.op === 'value' && 'args' in node && node.args === null;
}
