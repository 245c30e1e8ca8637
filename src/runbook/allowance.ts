import { type Allowance, ConditionError } from '../domain/condition.js';
import { type ConditionNode, nodesOf } from './condition-tree.js';

/**
 * Conditions are judged between clicks, and nothing can interrupt them: two lists within each other over the most rows
 * that a probe may see would take minutes. A million steps are a hundred looks at each of 10,000 rows.
 */
const MAX_STEPS = 1_000_000;
/** For steps that are themselves long: comparing lists, matching texts. */
const MAX_MS = 1_000;
/** Asking the clock costs as much as a step. */
const STEPS_BETWEEN_LOOKS = 32;

/** A new allowance, which begins now. */
export function createAllowance(monotonicMs: () => number = () => performance.now()): Allowance {
  const startedMs = monotonicMs();
  const error = new ConditionError({ code: 'too_costly', facts: {} });
  let steps = 0;
  let nextLook = STEPS_BETWEEN_LOOKS;
  let isSpent = false;
  return {
    get isSpent() {
      return isSpent;
    },
    spend(more) {
      steps += more;
      if (steps >= nextLook) {
        nextLook = steps + STEPS_BETWEEN_LOOKS;
        isSpent ||= steps > MAX_STEPS || monotonicMs() - startedMs > MAX_MS;
      }
      // Always the same: a quantifier catches it once for each element that is left.
      if (isSpent) throw error;
    },
  };
}

/**
 * Has a condition spend a step for each element that it looks at, and for each that it copies.
 * @param tree of a condition that has been type-checked.
 * @param spend called while it is evaluated.
 */
export function meterSteps(tree: unknown, spend: (steps: number) => void): void {
  for (const node of nodesOf(tree)) {
    if (node.op === '+') meterCopies(node, spend);
    const step = stepOf(node);
    const evaluate = step?.meta.evaluate;
    if (evaluate === undefined) continue;
    step?.setMeta('evaluate', (...evaluation) => {
      spend(1);
      return evaluate(...evaluation);
    });
  }
}

/** What a comprehension (`all`, `exists`, `filter`, `map`) does with each element. */
function stepOf({ op, args }: ConditionNode): ConditionNode | undefined {
  if (op !== 'comprehension' || typeof args !== 'object' || args === null || !('step' in args))
    return undefined;
  return args.step as ConditionNode;
}

/** `rows + rows`, a few times over itself, is longer than the memory. */
function meterCopies(node: ConditionNode, spend: (steps: number) => void): void {
  const { handle } = node;
  if (handle === undefined) return;
  node.handle = (...values) => {
    const answer = handle(...values);
    if (typeof answer === 'string' || Array.isArray(answer)) spend(answer.length);
    return answer;
  };
}
