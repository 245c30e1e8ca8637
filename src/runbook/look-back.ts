import type { ObservedValue } from '../domain/check-run.js';
import { parseStatements, type Statement } from './statement.js';

/** How far back a statement looks, as it says itself by what it compares with the moment or the windows of its run. */
export interface LookBack {
  /** The column of each table by which its rows are dated; a table of which the statement compares none has no entry. */
  readonly timeColumns: ReadonlyMap<string, string>;
  readonly tables: readonly string[];
  /** A table some of whose rows are not bounded by the moment: asked about the past it would see what came later. */
  readonly unbounded: readonly string[];
  /**
   * The earliest moment that it looks at, in ms since the epoch.
   * @param bound the values of its parameters; @returns undefined where that cannot be told
   */
  readonly earliest: (bound: ReadonlyMap<string, ObservedValue>) => number | undefined;
}

/** What a run binds that follows from its moment, and ends what a statement may see. */
const MOMENTS = new Set(['asOf', 'rowsUntil', 'windowFrom', 'windowTo', 'baselineFrom', 'baselineTo']);
/** Compared with this one in any way, the rows of a moment that is past are told from later ones. */
const ROWS_UNTIL = 'rowsUntil';

type Tree = Readonly<Record<string, unknown>>;
type Bound = ReadonlyMap<string, ObservedValue>;
interface Comparison {
  readonly column: string;
  readonly alias: string | undefined;
  readonly isLower: boolean;
  readonly with: unknown;
}

/** Reads it from PostgreSQL's own tree of the statement. */
export function lookBackOf({ text, parameters }: Pick<Statement, 'text' | 'parameters'>): LookBack {
  const named = (node: unknown) => parametersIn(node).map((number) => parameters[number - 1] ?? '');
  const lowers: unknown[] = [];
  const timeColumns = new Map<string, string>();
  const tables = new Set<string>();
  const unbounded = new Set<string>();
  const statements = parseStatements(text);
  const own = new Set(valuesOf(statements, 'ctename').map(String));
  for (const select of selectsIn(statements)) {
    const compared = comparisonsIn(select['whereClause']).filter((one) =>
      named(one.with).some((name) => MOMENTS.has(name)),
    );
    const scans = scansIn(select['fromClause']).filter(({ table }) => !own.has(table));
    for (const { table, alias } of scans) {
      tables.add(table);
      const mine = compared.filter((one) =>
        one.alias === undefined ? scans.length === 1 : one.alias === alias,
      );
      for (const { column } of mine) timeColumns.set(table, column);
      lowers.push(...mine.filter((one) => one.isLower && !isUntil(named(one.with))).map((one) => one.with));
      const isBounded = mine.some((one) => !one.isLower || isUntil(named(one.with)));
      if (!isBounded) unbounded.add(table);
    }
  }
  return {
    timeColumns,
    tables: [...tables],
    unbounded: [...unbounded],
    earliest(bound) {
      if (lowers.length === 0) return undefined;
      const moments = lowers.map((node) => momentOf(node, parameters, bound));
      return moments.includes(undefined) ? undefined : Math.min(...(moments as number[]));
    },
  };
}

const isUntil = (names: readonly string[]): boolean => names.includes(ROWS_UNTIL);

const isTree = (node: unknown): node is Tree => typeof node === 'object' && node !== null;

/** Every value of a key, wherever it stands. */
function valuesOf(node: unknown, key: string): readonly unknown[] {
  if (!isTree(node)) return [];
  return Object.entries(node).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...valuesOf(inner, key),
  ]);
}

/** A SELECT, and each within it. */
const selectsIn = (node: unknown): readonly Tree[] => [
  ...valuesOf(node, 'SelectStmt').filter(isTree),
  ...valuesOf(node, 'larg').filter(isTree),
  ...valuesOf(node, 'rarg').filter(isTree),
];

const parametersIn = (node: unknown): readonly number[] =>
  valuesOf(node, 'ParamRef').flatMap((found) => (isTree(found) ? Number(found['number']) : []));

/** The tables that a FROM names itself, not those within a subquery of it. */
function scansIn(node: unknown): readonly { readonly table: string; readonly alias: string }[] {
  if (Array.isArray(node)) return node.flatMap(scansIn);
  if (!isTree(node)) return [];
  const { RangeVar: table, JoinExpr: join } = node;
  if (isTree(join)) return [...scansIn(join['larg']), ...scansIn(join['rarg'])];
  if (!isTree(table) || table['schemaname'] === 'pg_catalog') return [];
  const name = String(table['relname']);
  const alias = isTree(table['alias']) ? String(table['alias']['aliasname']) : name;
  return [{ table: name, alias }];
}

const DIRECTIONS: Readonly<Record<string, boolean>> = { '>': true, '>=': true, '<': false, '<=': false };

/** The comparisons of a column that a WHERE is put together of. */
function comparisonsIn(node: unknown): readonly Comparison[] {
  if (Array.isArray(node)) return node.flatMap(comparisonsIn);
  if (!isTree(node)) return [];
  const { BoolExpr: several, A_Expr: one } = node;
  if (isTree(several)) return comparisonsIn(several['args']);
  if (!isTree(one)) return [];
  const { kind, name, lexpr, rexpr } = one;
  if (kind === 'AEXPR_BETWEEN') {
    const [from, to] = (valuesOf(rexpr, 'items')[0] ?? []) as readonly unknown[];
    return [...comparison(lexpr, true, from), ...comparison(lexpr, false, to)];
  }
  const isLower = DIRECTIONS[String(valuesOf(name, 'sval')[0])];
  if (kind !== 'AEXPR_OP' || isLower === undefined) return [];
  return [...comparison(lexpr, isLower, rexpr), ...comparison(rexpr, !isLower, lexpr)];
}

function comparison(node: unknown, isLower: boolean, other: unknown): readonly Comparison[] {
  const fields = isTree(node) && isTree(node['ColumnRef']) ? node['ColumnRef']['fields'] : undefined;
  const names = valuesOf(fields, 'sval').map(String);
  const column = names.at(-1);
  return column === undefined ? [] : [{ column, alias: names.at(-2), isLower, with: other }];
}

/** A moment, and spans of time added to it or taken from it; undefined: something else. */
function momentOf(node: unknown, parameters: readonly string[], bound: Bound): number | undefined {
  if (!isTree(node)) return undefined;
  const { ParamRef: parameter, TypeCast: cast, A_Expr: sum } = node;
  if (isTree(parameter)) {
    const value = bound.get(parameters[Number(parameter['number']) - 1] ?? '');
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(at) ? undefined : at;
  }
  if (isTree(cast)) return momentOf(cast['arg'], parameters, bound);
  if (!isTree(sum)) return undefined;
  const from = momentOf(sum['lexpr'], parameters, bound);
  const span = spanOf(sum['rexpr'], parameters, bound);
  if (from === undefined || span === undefined) return undefined;
  const sign = { '+': 1, '-': -1 }[String(valuesOf(sum['name'], 'sval')[0])];
  return sign === undefined ? undefined : from + sign * span;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  sec: 1_000,
  second: 1_000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};
const unitMs = (word: string): number | undefined => UNIT_MS[word.toLowerCase().replace(/s$/, '')];

/** `INTERVAL '5 minutes'` or `make_interval(hours => …)`, in ms. */
function spanOf(node: unknown, parameters: readonly string[], bound: Bound): number | undefined {
  if (!isTree(node)) return undefined;
  const { TypeCast: cast, FuncCall: call } = node;
  if (isTree(cast)) {
    const [, count, unit = ''] = /^(\d+) ([a-z]+)$/i.exec(String(valuesOf(cast['arg'], 'sval').at(-1))) ?? [];
    const ms = unitMs(unit);
    return count === undefined || ms === undefined ? undefined : Number(count) * ms;
  }
  if (!isTree(call) || valuesOf(call['funcname'], 'sval').at(-1) !== 'make_interval') return undefined;
  let sum = 0;
  for (const { name, arg } of valuesOf(call['args'], 'NamedArgExpr') as readonly {
    name: string;
    arg: unknown;
  }[]) {
    const ms = unitMs(name);
    const count = numberOf(arg, parameters, bound);
    if (ms === undefined || count === undefined) return undefined;
    sum += ms * count;
  }
  return sum;
}

function numberOf(node: unknown, parameters: readonly string[], bound: Bound): number | undefined {
  const [parameter] = parametersIn(node);
  const [constant] = [...valuesOf(node, 'ival'), ...valuesOf(node, 'fval')];
  const value = parameter === undefined ? constant : bound.get(parameters[parameter - 1] ?? '');
  const number = Number(isTree(value) ? Object.values(value)[0] : value);
  return Number.isNaN(number) || value === undefined || value === null ? undefined : number;
}
