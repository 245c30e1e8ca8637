import { ownValue } from '../domain/own-value.js';
import { type ConditionNode, isNode, nodesOf } from './condition-tree.js';
import { compilePattern, type LinearPattern } from './linear-pattern.js';

/**
 * Carries every `TEXT.matches(PATTERN)` of a condition out in linear time; the library would hand it to an engine that
 * can take seconds over thirty characters.
 * @param tree of a condition that has been type-checked.
 * @throws RefusedPart where a pattern that is known by now cannot be used.
 */
export function matchInLinearTime(tree: unknown, parameters: KnownValues): void {
  for (const node of nodesOf(tree)) {
    const pattern = patternOf(node);
    if (pattern === undefined) continue;
    const source = knownText(pattern, parameters);
    const known = source === undefined ? undefined : compilePattern(source);
    const { handle } = node;
    node.handle = (...values) => {
      const [text, written] = Array.isArray(values[0]) ? values[0] : [];
      if (typeof text !== 'string' || typeof written !== 'string') return handle?.(...values);
      return (known ?? lastCompiled(written)).test(text);
    };
  }
}

type KnownValues = Readonly<Record<string, unknown>>;

function patternOf({ op, args }: ConditionNode): unknown {
  if (op !== 'rcall' || !Array.isArray(args)) return undefined;
  const [name, , given] = args;
  return name === 'matches' && Array.isArray(given) ? given[0] : undefined;
}

/** Of a literal, and of a parameter. */
function knownText(node: unknown, parameters: KnownValues): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.op === 'value') return typeof node.args === 'string' ? node.args : undefined;
  if (node.op !== '.' || !Array.isArray(node.args)) return undefined;
  const [scope, name] = node.args;
  const isParameter = isNode(scope) && scope.op === 'id' && scope.args === 'params';
  const value = isParameter ? ownValue(parameters, String(name)) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** A pattern that only the run knows is mostly the same for every row. */
let last: { readonly source: string; readonly pattern: LinearPattern } | undefined;

function lastCompiled(source: string): LinearPattern {
  if (last?.source !== source) last = { source, pattern: compilePattern(source) };
  return last.pattern;
}
