import { loadModule, parseSync, type ScanToken, SqlError, scanSync } from 'libpg-query';
import type { ConfigurationSentence } from '../domain/sentence.js';
import { clockWordsIn } from './clock-words.js';
import { RefusedPart } from './configuration-fault.js';
import { functionCallsIn, hasEffect } from './function-calls.js';
import { refusedTimeCasts } from './time-casts.js';

/** SQL of the runbook, ready to be sent: `${name}` has become `$1…` and is bound, never pasted. */
export interface Statement {
  readonly text: string;
  /** The names to bind, in the order of `$1…`. */
  readonly parameters: readonly string[];
  /** The names of the functions that it calls, for PostgreSQL to say which of them have effects. */
  readonly functions: readonly string[];
}

/** PostgreSQL's own grammar, compiled to WebAssembly; to be awaited once before `compileStatement`. */
export async function loadSqlParser(): Promise<void> {
  await loadModule();
}

/**
 * `${now}` is the trading database's clock at the moment of the statement, and bounds rows from the future: one that
 * came while the run was under way is none. It is the only clock that a statement may look at.
 */
export const STATEMENT_CLOCK = 'now';

/**
 * @param known the names that may stand in `${…}`.
 * @throws RefusedPart that says in one sentence why the text is refused: it does not parse, is more than one
 * statement, does not only read, looks at a clock or may do so, or names an unknown parameter.
 */
export function compileStatement(sql: string, known: ReadonlySet<string>): Statement {
  const parameters: string[] = [];
  const withClock = (clock: string) =>
    sql.replaceAll(/\$\{([^${}]*)\}/g, (_whole, raw: string, offset: number) => {
      const name = raw.trim();
      if (!known.has(name)) {
        const line = lineAt(Buffer.from(sql), Buffer.byteLength(sql.slice(0, offset)));
        throw new RefusedPart({ code: 'sql_parameter_unknown', facts: { name } }, line);
      }
      if (name === STATEMENT_CLOCK) return clock;
      if (!parameters.includes(name)) parameters.push(name);
      return `$${parameters.indexOf(name) + 1}`;
    });
  const functions = functionsOf(parseReading(withClock('NULL')));
  return { text: withClock('statement_timestamp()'), parameters, functions };
}

/** @throws RefusedPart where it is not one statement that only reads, and looks at no clock. */
function parseReading(text: string): unknown {
  const statements = parseStatements(text);
  if (statements.length !== 1) {
    throw new RefusedPart({ code: 'sql_count', facts: { count: statements.length } });
  }
  const [kind] = Object.keys(statements[0]?.stmt ?? {});
  if (kind !== 'SelectStmt' || modifiesData(statements[0])) {
    throw new RefusedPart({ code: 'sql_writes', facts: {} });
  }
  const [clock] = clockWordsIn(statements[0]);
  if (clock !== undefined) {
    const { word, location } = clock;
    throw new RefusedPart({ code: 'sql_clock', facts: { word } }, lineAt(Buffer.from(text), location));
  }
  const [cast] = refusedTimeCasts(statements[0]);
  if (cast !== undefined) {
    const { word, location } = cast;
    const fault: ConfigurationSentence =
      word === undefined ? { code: 'sql_time_text', facts: {} } : { code: 'sql_clock', facts: { word } };
    throw new RefusedPart(fault, lineAt(Buffer.from(text), location));
  }
  const effect = functionCallsIn(statements).find(({ name }) => hasEffect(name));
  if (effect !== undefined) {
    const { name, location } = effect;
    throw new RefusedPart({ code: 'sql_effect', facts: { name } }, lineAt(Buffer.from(text), location));
  }
  return statements;
}

const functionsOf = (tree: unknown): readonly string[] => [
  ...new Set(functionCallsIn(tree).map(({ name }) => name)),
];

/** 1-based; the parser counts bytes. */
const lineAt = (text: Buffer, location: number): number =>
  text.subarray(0, location).toString().split('\n').length;

/** The words of a statement that PostgreSQL's grammar takes, with their places in bytes; without comments. */
export const tokensOf = (text: string): readonly ScanToken[] =>
  scanSync(text).tokens.filter(({ tokenName }) => !tokenName.endsWith('COMMENT'));

/** The trees of a text by PostgreSQL's grammar. @throws RefusedPart */
export function parseStatements(text: string): readonly { readonly stmt?: object }[] {
  try {
    const result: { stmts?: { stmt?: object }[] } = parseSync(text);
    return result.stmts ?? [];
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const place = error instanceof SqlError ? error.sqlDetails?.cursorPosition : undefined;
    const line = place === undefined ? undefined : lineAt(Buffer.from(text), place);
    throw new RefusedPart({ code: 'sql_unparsable', facts: { problem } }, line);
  }
}

/** The tables that a statement reads, without those that it only names itself and those of PostgreSQL. */
export function tablesOf(text: string): readonly string[] {
  const read = new Set<string>();
  const own = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'ctename') own.add(value);
      if (key === 'RangeVar' && !isOfPostgres(value)) read.add(value.relname);
      visit(value);
    }
  };
  visit(parseStatements(text));
  return [...read].filter((name) => !own.has(name));
}

const isOfPostgres = ({ schemaname = '' }: { schemaname?: string }): boolean =>
  schemaname === 'pg_catalog' || schemaname === 'information_schema';

/** `WITH d AS (DELETE …) SELECT`, `SELECT … INTO` and `FOR UPDATE` are SELECTs to the grammar. */
function modifiesData(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(modifiesData);
  if (typeof node !== 'object' || node === null) return false;
  return Object.entries(node).some(([key, value]) => WRITING_NODES.has(key) || modifiesData(value));
}

const WRITING_NODES: ReadonlySet<string> = new Set([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'intoClause',
  'lockingClause',
]);
