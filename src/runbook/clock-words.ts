/**
 * What reads a clock in a statement. A run has one moment, `${asOf}`: a statement that looks at a clock of its own
 * answers for another moment than the rest of the run, and cannot be asked about the past.
 */
interface ClockWord {
  /** As it stands in the statement. */
  readonly word: string;
  /** In bytes from the start of the statement. */
  readonly location: number;
}

const CLOCK_FUNCTIONS: ReadonlySet<string> = new Set([
  'now',
  'clock_timestamp',
  'statement_timestamp',
  'transaction_timestamp',
  'timeofday',
]);

/** `CURRENT_TIMESTAMP(0)` and its like; the others of that kind (CURRENT_USER) are no clocks. */
const CLOCK_KEYWORD = /^SVFOP_((?:CURRENT|LOCAL)_?(?:DATE|TIME|TIMESTAMP))(?:_N)?$/;

/** Texts that PostgreSQL takes for a moment near the present, wherever a time is wanted: `'now'`, `'today 12:00'`. */
const CLOCK_TEXT = /^[\s\d:.,+/-]*(?:allballs\s+)?(?:now|today|tomorrow|yesterday)(?![\w])[\s\w:.,+/-]*$/i;

/** Whether PostgreSQL would take the text for a moment near the present. */
export const isClockText = (text: string): boolean => CLOCK_TEXT.test(text);

/** @param tree of a parsed statement. */
export function clockWordsIn(tree: unknown): readonly ClockWord[] {
  if (typeof tree !== 'object' || tree === null) return [];
  if (Array.isArray(tree)) return tree.flatMap(clockWordsIn);
  return Object.entries(tree).flatMap(([kind, node]) => [...clockWordOf(kind, node), ...clockWordsIn(node)]);
}

function clockWordOf(kind: string, node: Node): readonly ClockWord[] {
  const location = Number(node?.location ?? 0);
  if (kind === 'FuncCall') {
    const name = String(node.funcname?.at(-1)?.String?.sval ?? '').toLowerCase();
    // `age` of one argument counts from today.
    const isClock = CLOCK_FUNCTIONS.has(name) || (name === 'age' && node.args?.length === 1);
    return isClock ? [{ word: `${name}()`, location }] : [];
  }
  if (kind === 'SQLValueFunction') {
    const keyword = CLOCK_KEYWORD.exec(String(node.op))?.[1];
    return keyword === undefined ? [] : [{ word: keyword, location }];
  }
  if (kind === 'A_Const') {
    const text = node.sval?.sval;
    return typeof text === 'string' && isClockText(text) ? [{ word: `'${text}'`, location }] : [];
  }
  return [];
}

/** The parts of the parser's nodes that are read here. */
interface Node {
  readonly location?: unknown;
  readonly op?: unknown;
  readonly funcname?: readonly { readonly String?: { readonly sval?: unknown } }[];
  readonly args?: readonly unknown[];
  readonly sval?: { readonly sval?: unknown };
}
