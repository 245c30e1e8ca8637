import { type ASTNode, parse, serialize } from '@marcbachmann/cel-js';
import { isRecord } from '../domain/canonical-json.js';

/** The operands of `&&` and `||` in a condition, each once, as the parser writes them. */
export function operandsOf(condition: string): readonly string[] {
  return [...new Set(operandsIn(parse(condition).ast).map(({ operand }) => serialize(operand)))];
}

/** The condition in which an operand changes nothing, wherever it stands: true beside `&&`, false beside `||`. */
export function withoutOperand(condition: string, text: string): string {
  const { ast } = parse(condition);
  const dropped = new Map(
    operandsIn(ast)
      .filter(({ operand }) => serialize(operand) === text)
      .map(({ operand, sign }) => [operand, { op: 'value', args: sign === '&&' }] as const),
  );
  const changed = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(changed);
    if (!isNode(part)) return part;
    return dropped.get(part) ?? { op: part.op, args: changed(part.args) };
  };
  return serialize(changed(ast) as ASTNode);
}

interface Operand {
  readonly operand: ASTNode;
  readonly sign: '&&' | '||';
}

function operandsIn(part: unknown): readonly Operand[] {
  if (Array.isArray(part)) return part.flatMap(operandsIn);
  if (!isNode(part)) return [];
  const inner = operandsIn(part.args);
  if (part.op !== '&&' && part.op !== '||') return inner;
  const { op: sign, args } = part;
  // `a && b && c` is a chain of two: its operands are three.
  return [...args.filter(({ op }) => op !== sign).map((operand) => ({ operand, sign })), ...inner];
}

const isNode = (part: unknown): part is ASTNode => isRecord(part) && 'op' in part && 'args' in part;
