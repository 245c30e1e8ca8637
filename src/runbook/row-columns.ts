import { type ASTNode, parse } from '@marcbachmann/cel-js';
import { isRecord } from '../domain/canonical-json.js';

/**
 * The columns that a condition asks a row for: `x` of `r.x`, `r["x"]`, `has(r.x)` and `rows[0].x`, where `r` stands for a
 * row by itself or within `all`, `exists`, `filter` and `map` over `rows`. What it asks of parts of a column is not told.
 * @throws where the condition does not parse
 */
export function columnsRead(condition: string): readonly string[] {
  return [...new Set(readIn(parse(condition).ast, { rows: new Set(['rows']), row: new Set(['r']) }))];
}

/** The names that stand for a list of rows, and for one row. */
interface Scope {
  readonly rows: ReadonlySet<string>;
  readonly row: ReadonlySet<string>;
}

const OVER_ELEMENTS: ReadonlySet<unknown> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

function readIn(part: unknown, scope: Scope): readonly string[] {
  if (Array.isArray(part)) return part.flatMap((inner) => readIn(inner, scope));
  if (!isNode(part)) return [];
  const { op } = part;
  const args: readonly unknown[] = Array.isArray(part.args) ? part.args : [part.args];
  if (op === 'rcall' && OVER_ELEMENTS.has(args[0]) && Array.isArray(args[2])) {
    const [variable, ...inner] = args[2];
    const name = isNode(variable) && variable.op === 'id' ? String(variable.args) : '';
    return [...readIn(args[1], scope), ...readIn(inner, within(scope, name, isRows(args[1], scope)))];
  }
  // `cel.bind(name, value, condition)`
  if (op === 'rcall' && args[0] === 'bind' && Array.isArray(args[2])) {
    const [variable, value, inner] = args[2];
    const name = isNode(variable) ? String(variable.args) : '';
    return [...readIn(value, scope), ...readIn(inner, within(scope, name, false))];
  }
  const [of, field] = args;
  const isAccess = op === '.' || op === '.?' || op === '[]' || op === '[?]';
  const name = isNode(field) && field.op === 'value' ? field.args : field;
  if (isAccess && isRow(of, scope) && typeof name === 'string') return [name];
  return readIn(args, scope);
}

/** A name that stands for something else within a part of the condition. */
function within({ rows, row }: Scope, name: string, isRow: boolean): Scope {
  const without = (names: ReadonlySet<string>) => [...names].filter((other) => other !== name);
  return { rows: new Set(without(rows)), row: new Set(isRow ? [...without(row), name] : without(row)) };
}

function isRows(part: unknown, scope: Scope): boolean {
  if (!isNode(part)) return false;
  if (part.op === 'id') return scope.rows.has(String(part.args));
  return part.op === 'rcall' && part.args[0] === 'filter' && isRows(part.args[1], scope);
}

function isRow(part: unknown, scope: Scope): boolean {
  if (!isNode(part)) return false;
  if (part.op === 'id') return scope.row.has(String(part.args));
  return part.op === '[]' && isRows(part.args[0], scope);
}

const isNode = (part: unknown): part is ASTNode => isRecord(part) && 'op' in part && 'args' in part;
