/**
 * PostgreSQL takes some texts for a moment near the present (`'now'`, `'today 12:00'`), also where the text is put together
 * (`('no' || 'w')::timestamptz`) or read from JSON. A statement may make a moment of a text that is written out, of a
 * parameter and of a column; of any other text nobody can tell whether it reads a clock.
 */
interface TimeCast {
  /** In bytes from the start of the statement. */
  readonly location: number;
  /** The word of a text that is written out. */
  readonly word?: string;
}

const TIME_TYPES: ReadonlySet<string> = new Set(
  'timestamptz timestamp date time timetz tstzrange tsrange daterange tstzmultirange tsmultirange datemultirange'.split(
    ' ',
  ),
);

const CLOCK_WORD = /(?<![a-z])(?:now|today|tomorrow|yesterday)(?![a-z])/i;

/** They make a moment. */
const MAKERS: ReadonlySet<string> = new Set(
  'to_timestamp date_trunc date_bin make_timestamptz make_timestamp make_date make_time timezone'.split(' '),
);

/** They answer with one of what they are given. */
const CHOOSERS: ReadonlySet<string> = new Set(
  'max min lag lead first_value last_value nth_value any_value'.split(' '),
);

/** They give columns the types of a table, whatever the text in the JSON says. */
const ROW_FUNCTIONS = /^jsonb?_populate_record(set)?$/;

/** @param tree of a parsed statement. */
export function refusedTimeCasts(tree: unknown): readonly TimeCast[] {
  const nodes = nodesOf(tree);
  const made = madeColumns(nodes);
  return nodes.flatMap(([kind, node]): readonly TimeCast[] => {
    const location = locationOf(node);
    if (kind === 'TypeCast' && isTime(node.typeName)) return ofValue(node.arg, location, made);
    if (kind === 'FuncCall' && ROW_FUNCTIONS.test(functionOf(node))) return [{ location }];
    // timestamptz(text) is the same as a cast.
    if (kind === 'FuncCall' && TIME_TYPES.has(functionOf(node)))
      return ofValue(node.args?.[0], location, made);
    // The columns of `jsonb_to_record(…) AS x(at timestamptz)`, XMLTABLE and JSON_TABLE.
    if (kind !== 'TypeCast' && isTime(node.typeName ?? node.output?.typeName)) return [{ location }];
    return [];
  });
}

type Made = ReadonlyMap<string, readonly unknown[]>;

function ofValue(value: unknown, location: number, made: Made): readonly TimeCast[] {
  const word = CLOCK_WORD.exec(textOf(value) ?? '')?.[0];
  if (word !== undefined) return [{ location, word: `'${textOf(value)}'` }];
  return isPlain(value, made, new Set()) ? [] : [{ location }];
}

/** @param asked names that are being looked at: a recursive statement names itself. */
function isPlain(value: unknown, made: Made, asked: ReadonlySet<string>): boolean {
  const [[kind, node] = ['', {} as Node]] = entriesOf(value);
  const are = (values: readonly unknown[] = []) => values.every((one) => isPlain(one, made, asked));
  switch (kind) {
    case 'A_Const':
    case 'ParamRef':
      return true;
    case 'TypeCast':
      // Its own text has been looked at.
      return isTime(node.typeName);
    case 'ColumnRef': {
      const name = node.fields?.at(-1)?.String?.sval ?? '';
      if (asked.has(name)) return true;
      return (made.get(name) ?? []).every((one) => isPlain(one, made, new Set([...asked, name])));
    }
    case 'A_Expr':
      return ['+', '-'].includes(wordOf(node.name));
    case 'FuncCall':
      if (CHOOSERS.has(functionOf(node))) return are(node.args?.slice(0, 1));
      return MAKERS.has(functionOf(node)) || TIME_TYPES.has(functionOf(node));
    case 'CoalesceExpr':
    case 'MinMaxExpr':
      return are(node.args);
    case 'CaseExpr':
      return are([
        ...(node.args ?? []).map((one) => entriesOf(one)[0]?.[1].result),
        ...(node.defresult ? [node.defresult] : []),
      ]);
    case 'SubLink':
      return are(
        (entriesOf(node.subselect)[0]?.[1].targetList ?? []).map((one) => entriesOf(one)[0]?.[1].val),
      );
    default:
      return false;
  }
}

/** What the statement itself puts under a name; what it reads from a table under that name is as the table has it. */
function madeColumns(nodes: readonly (readonly [string, Node])[]): Made {
  const made = new Map<string, unknown[]>();
  for (const [kind, node] of nodes) {
    if (kind === 'ResTarget' && typeof node.name === 'string') {
      made.set(node.name, [...(made.get(node.name) ?? []), node.val]);
    }
    // `AS v(at)`: which value that is depends on the rest.
    if (kind === 'Alias' || kind === 'alias')
      for (const { String: name } of node.colnames ?? []) made.set(name?.sval ?? '', [undefined]);
  }
  return made;
}

const isTime = (type: Node['typeName']): boolean => TIME_TYPES.has(type?.names?.at(-1)?.String?.sval ?? '');
const functionOf = ({ funcname }: Node): string => funcname?.at(-1)?.String?.sval?.toLowerCase() ?? '';
const wordOf = (name: Node['name']): string =>
  (typeof name === 'object' ? name.at(-1)?.String?.sval : name) ?? '';
const textOf = (value: unknown): string | undefined => entriesOf(value)[0]?.[1].sval?.sval;
const locationOf = ({ location, typeName }: Node): number =>
  Math.max(location ?? 0, typeName?.location ?? 0, 0);

const entriesOf = (value: unknown): readonly (readonly [string, Node])[] =>
  typeof value === 'object' && value !== null ? (Object.entries(value) as [string, Node][]) : [];

/** Every part of the tree with its kind. */
function nodesOf(tree: unknown): readonly (readonly [string, Node])[] {
  return entriesOf(tree).flatMap(([kind, node]) =>
    typeof node === 'object' && node !== null ? [[kind, node] as const, ...nodesOf(node)] : [],
  );
}

interface Name {
  readonly String?: { readonly sval?: string };
}

/** The parts of the parser's nodes that are read here. */
interface Node {
  readonly location?: number;
  readonly typeName?: { readonly names?: readonly Name[]; readonly location?: number };
  readonly output?: { readonly typeName?: Node['typeName'] };
  readonly funcname?: readonly Name[];
  readonly fields?: readonly Name[];
  readonly colnames?: readonly Name[];
  readonly args?: readonly unknown[];
  readonly arg?: unknown;
  /** Of a target its name, of an operator what it is called. */
  readonly name?: string | readonly Name[];
  readonly val?: unknown;
  readonly result?: unknown;
  readonly defresult?: unknown;
  readonly subselect?: unknown;
  readonly targetList?: readonly unknown[];
  readonly sval?: { readonly sval?: string };
}
