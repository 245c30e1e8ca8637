import { functionCallsIn } from './function-calls.js';
import { parseStatements, tablesOf, tokensOf } from './statement.js';

/** Parts of PostgreSQL's tree of a SELECT. */
interface Select {
  readonly targetList?: readonly {
    readonly ResTarget?: { readonly name?: string; readonly val?: Expression };
  }[];
  /** The first part of a UNION, which names the columns. */
  readonly larg?: Select;
}
interface Names {
  readonly fields?: readonly { readonly String?: { readonly sval: string }; readonly A_Star?: object }[];
}
interface Expression {
  readonly ColumnRef?: Names;
  readonly FuncCall?: { readonly funcname?: Names['fields'] };
  readonly TypeCast?: { readonly arg?: Expression };
}

/**
 * The names that a column of the answer may have, as PostgreSQL names them.
 * @returns undefined where whole rows of a table are handed on: the database alone knows their columns.
 */
export function answerColumns(text: string): ReadonlySet<string> | undefined {
  const [statement] = parseStatements(text);
  const { SelectStmt: select = {} } = (statement?.stmt ?? {}) as { readonly SelectStmt?: Select };
  const targets = firstPart(select).targetList ?? [];
  const names = targets.map(({ ResTarget: target }) => target?.name ?? nameOf(target?.val));
  return names.length === 0 || names.includes(undefined)
    ? wordsOf(text)
    : new Set(names.filter((name) => name !== undefined));
}

/**
 * The names that may stand within its JSON: some word of the statement.
 * @returns undefined as above, and where the statement builds no JSON: that of a table has what names it has
 */
export function wordsWithin(text: string): ReadonlySet<string> | undefined {
  const buildsJson = functionCallsIn(parseStatements(text)).some(({ name }) => BUILDS_JSON.test(name));
  return buildsJson ? wordsOf(text) : undefined;
}

function wordsOf(text: string): ReadonlySet<string> | undefined {
  if (handsOnWholeRows(text)) return undefined;
  return new Set(
    tokensOf(text).flatMap(({ text: token }) => {
      const words = token.match(/\w+/g) ?? [];
      return /^["'$]/.test(token) ? words : words.map((word) => word.toLowerCase());
    }),
  );
}

const BUILDS_JSON = /^(jsonb?_(agg|build|object_agg)\w*|to_jsonb?|row_to_json|array_to_json)$/;

const firstPart = (select: Select): Select => (select.larg === undefined ? select : firstPart(select.larg));

function nameOf({ ColumnRef: column, FuncCall: call, TypeCast: cast }: Expression = {}): string | undefined {
  if (cast !== undefined) return nameOf(cast.arg);
  return (column?.fields ?? call?.funcname)?.at(-1)?.String?.sval;
}

/** `*`, or the name of a table alone, as in `to_jsonb(t)`. */
function handsOnWholeRows(text: string): boolean {
  const tables = new Set(tablesOf(text));
  const called = new Set<string>();
  const columns: Names[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'ColumnRef') columns.push(value);
      if (key === 'RangeVar' && tables.has(value.relname))
        called.add(value.alias?.aliasname ?? value.relname);
      visit(value);
    }
  };
  visit(parseStatements(text));
  return columns.some(({ fields: [first, ...others] = [] }) => {
    const isStar = first?.A_Star !== undefined || others.some((field) => field.A_Star !== undefined);
    return isStar ? tables.size > 0 : others.length === 0 && called.has(first?.String?.sval ?? '');
  });
}
