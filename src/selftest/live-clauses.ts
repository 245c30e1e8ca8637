import { isRecord } from '../domain/canonical-json.js';
import { parseStatements } from '../runbook/statement.js';

/** A place of a statement that keeps rows out, a branch of a CASE, or a column that says whether a row counts. */
export interface Clause {
  /** The word before it; undefined: an expression of a column, which begins at `place`. */
  readonly keyword: 'WHERE' | 'HAVING' | 'ON' | 'WHEN' | undefined;
  /** In bytes; somewhere in the clause, after its keyword and before any keyword of the kind inside it. */
  readonly place: number;
}

/**
 * The clauses of a statement on which the columns that a check judges depend. What feeds only a text, such as the
 * figures of a baseline in words, decides nothing.
 * @param read names of columns that conditions read.
 * @param columns the answer's own columns that checks take; undefined: those that they read.
 */
export function liveClauses(
  text: string,
  read: Iterable<string>,
  columns?: ReadonlySet<string>,
): readonly Clause[] {
  const reading = new Reading(read);
  const [statement] = parseStatements(text);
  const select = nodeOf(statement?.stmt, 'SelectStmt');
  // A clause names further columns, which depend on further clauses.
  for (let known = -1; known !== reading.size; ) {
    known = reading.size;
    reading.begin();
    reading.select(select, (name) => columns?.has(name) ?? reading.names.has(name));
  }
  return [...reading.clauses].map(([place, keyword]) => ({ place, keyword }));
}

type Tree = Readonly<Record<string, unknown>>;
type Keep = (name: string) => boolean;

class Reading {
  readonly names: Set<string>;
  readonly clauses = new Map<number, Clause['keyword']>();
  readonly #named = new Map<string, Tree>();
  readonly #seen = new Set<Tree>();

  constructor(read: Iterable<string>) {
    this.names = new Set(read);
  }

  get size(): number {
    return this.names.size + this.clauses.size;
  }

  begin(): void {
    this.#seen.clear();
  }

  select(select: Tree | undefined, keep: Keep): void {
    if (select === undefined) return;
    for (const cte of listOf(treeOf(select['withClause'])?.['ctes'])) {
      const { ctename, ctequery } = nodeOf(cte, 'CommonTableExpr') ?? {};
      const query = nodeOf(ctequery, 'SelectStmt');
      if (query !== undefined) this.#named.set(String(ctename), query);
    }
    // The columns of a union are matched by their place.
    for (const side of ['larg', 'rarg']) this.select(treeOf(select[side]), () => true);
    for (const target of listOf(select['targetList'])) this.#target(nodeOf(target, 'ResTarget'), keep);
    for (const source of listOf(select['fromClause'])) this.#source(source);
    this.#clause('WHERE', select['whereClause']);
    this.#clause('HAVING', select['havingClause']);
    for (const key of ['groupClause', 'distinctClause', 'valuesLists', 'limitCount', 'windowClause']) {
      this.#expression(select[key]);
    }
    // The order decides only where rows are cut off.
    if (select['limitCount'] !== undefined) this.#expression(select['sortClause']);
  }

  #target(target: Tree | undefined, keep: Keep): void {
    if (target === undefined) return;
    const { name, val, location } = target;
    const own = typeof name === 'string' ? name : lastName(nodeOf(val, 'ColumnRef'));
    if (own !== undefined && !keep(own)) return;
    if (saysWhether(val)) this.clauses.set(Number(location ?? 0), undefined);
    this.#expression(val);
  }

  #source(source: unknown): void {
    const table = nodeOf(source, 'RangeVar');
    const inner = nodeOf(source, 'RangeSubselect');
    const join = nodeOf(source, 'JoinExpr');
    if (table !== undefined) this.#subquery(this.#named.get(String(table['relname'])), table['alias']);
    else if (inner !== undefined) this.#subquery(nodeOf(inner['subquery'], 'SelectStmt'), inner['alias']);
    else if (join !== undefined) {
      this.#source(join['larg']);
      this.#source(join['rarg']);
      this.#clause('ON', join['quals']);
    } else this.#expression(source);
  }

  /** A subquery whose columns get other names is read whole. */
  #subquery(query: Tree | undefined, alias: unknown): void {
    if (query === undefined || this.#seen.has(query)) return;
    this.#seen.add(query);
    const isRenamed = treeOf(alias)?.['colnames'] !== undefined;
    this.select(query, (name) => isRenamed || this.names.has(name));
  }

  #clause(keyword: Clause['keyword'], condition: unknown): void {
    const place = firstPlace(condition);
    if (place === undefined) return;
    this.clauses.set(place, keyword);
    this.#expression(condition);
  }

  #expression(node: unknown): void {
    if (Array.isArray(node)) for (const item of node) this.#expression(item);
    if (!isRecord(node)) return;
    const column = nodeOf(node, 'ColumnRef');
    const name = lastName(column);
    if (name !== undefined) this.names.add(name);
    const inner = nodeOf(node, 'SelectStmt');
    if (inner !== undefined) {
      this.select(inner, () => true);
      return;
    }
    const call = nodeOf(node, 'FuncCall');
    if (call !== undefined && lastName({ fields: call['funcname'] })?.endsWith('_build_object')) {
      this.#fields(listOf(call['args']));
      return;
    }
    for (const [key, value] of Object.entries(node)) {
      if (key === 'agg_filter') this.#clause('WHERE', value);
      // Of `CASE x WHEN 1` the words after WHEN are values.
      else if (key === 'CaseExpr' && treeOf(value)?.['arg'] === undefined) this.#branches(treeOf(value));
      else if (key !== 'agg_order') this.#expression(value);
    }
  }

  #branches(node: Tree | undefined): void {
    for (const branch of listOf(node?.['args'])) {
      const { expr, result } = nodeOf(branch, 'CaseWhen') ?? {};
      this.#clause('WHEN', expr);
      this.#expression(result);
    }
    this.#expression(node?.['defresult']);
  }

  /** Name and value in turn; a value whose name nothing reads is a figure for people. */
  #fields(args: readonly unknown[]): void {
    for (const [index, value] of args.entries()) {
      const name = nodeOf(nodeOf(args[index - 1], 'A_Const'), 'sval')?.['sval'];
      const isUnread = index % 2 === 1 && typeof name === 'string' && !this.names.has(name);
      if (!isUnread) this.#expression(value);
    }
  }
}

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '>', '<=', '>=']);

/** Whether an expression compares: its value is true or false. */
function saysWhether(node: unknown): boolean {
  if (nodeOf(node, 'BoolExpr') !== undefined) return true;
  const comparison = nodeOf(node, 'A_Expr');
  const [name] = listOf(comparison?.['name']);
  return COMPARISONS.has(String(nodeOf(name, 'String')?.['sval']));
}

function firstPlace(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  const places = Object.entries(node).flatMap(([key, value]) =>
    // -1: what the grammar itself has put in.
    key === 'location' && typeof value === 'number' ? (value < 0 ? [] : [value]) : (firstPlace(value) ?? []),
  );
  return places.length === 0 ? undefined : Math.min(...places);
}

const treeOf = (value: unknown): Tree | undefined => (isRecord(value) ? value : undefined);
const nodeOf = (value: unknown, kind: string): Tree | undefined => treeOf(treeOf(value)?.[kind]);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function lastName(column: Tree | undefined): string | undefined {
  const name = nodeOf(listOf(column?.['fields']).at(-1), 'String')?.['sval'];
  return typeof name === 'string' ? name : undefined;
}
