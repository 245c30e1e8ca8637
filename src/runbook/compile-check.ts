import { ownValue } from '../domain/own-value.js';
import { nearestWord } from '../domain/spelling.js';
import type { VariableDefinition } from '../domain/variable.js';
import type { CheckDefinition, ProbeDefinition, Query } from './check-definition.js';
import { TextCompiler } from './compile-texts.js';
import type { ConditionCompiler } from './conditions.js';
import type { FaultList } from './fault-list.js';
import { variablesIn } from './message-template.js';
import type { ProbeSyntax, ProbeTools } from './probe-syntax.js';
import { columnsRead } from './row-columns.js';
import type { CheckSource, RunbookSource } from './runbook-schema.js';
import type { Path } from './what-stands.js';

export const DEFAULT_TIMEOUT_MS = 5_000;

interface CheckCompilerOptions {
  readonly source: RunbookSource;
  readonly kinds: readonly ProbeSyntax[];
  readonly conditions: ConditionCompiler;
  readonly faults: FaultList;
  /** Those of `queries` that compiled. */
  readonly queries: ReadonlyMap<string, Query>;
  readonly compileQuery: (
    name: string,
    sql: string,
    timeoutMs: number | undefined,
    path: Path,
  ) => Query | undefined;
}

/** Turns the text of one check into its compiled parts. */
export class CheckCompiler {
  readonly #o: CheckCompilerOptions;
  readonly #texts: TextCompiler;

  constructor(options: CheckCompilerOptions) {
    this.#o = options;
    this.#texts = new TextCompiler(options);
  }

  /** @returns undefined where it cannot run; every fault of it has been told. */
  compile(source: CheckSource, section: string, path: Path): CheckDefinition | undefined {
    const { faults, conditions } = this.#o;
    const { each } = source;
    const isRead =
      each === undefined || faults.attempt([...path, 'each'], () => conditions.compileRowPredicate(each));
    const problems = source.problems.map(({ when }, index) =>
      faults.attempt([...path, 'problems', index, 'when'], () => conditions.compileRowPredicate(when)),
    );
    // Its fault has been told, and would be once more for each condition that follows from it.
    if (!isRead || problems.includes(undefined)) return undefined;
    const probe = this.#probe(source, path);
    if (probe?.columns !== undefined) this.#refuseUnknownColumns(source, probe.columns, path);
    const pass = faults.attempt([...path, 'pass'], () => conditions.compile(source.pass));
    const fail = faults.attempt([...path, 'fail'], () => conditions.compile(source.fail));
    const warn = faults.optional(source.warn, [...path, 'warn'], conditions.compile);
    const isWrongRow = faults.optional(
      source.wrongRows,
      [...path, 'wrongRows'],
      conditions.compileRowPredicate,
    );
    const hasBaseline = faults.optional(
      source.baseline,
      [...path, 'baseline'],
      conditions.compileRowPredicate,
    );
    const expectKeys = this.expectedKeys(source.expectKeys, [...path, 'expectKeys']) ?? probe?.expectKeys;
    const text = this.#texts.compile(source, probe, problems, path);
    const onDemand = this.#onDemand(source, [...path, 'onDemand']);
    if (probe === undefined || pass === undefined || fail === undefined) return undefined;
    const { id, title, mode, noData } = source;
    const ofKind = this.#o.kinds.find(({ kind }) => kind === probe.kind)?.timeoutMs;
    const timeoutMs = source.timeoutMs ?? ofKind ?? timeoutFor(probe);
    const environment = environmentOf(source, text, conditions);
    const judgement = { pass, warn, fail, isWrongRow, expectKeys, noData };
    return {
      id,
      section,
      title,
      mode,
      probe,
      ...judgement,
      hasBaseline,
      environment,
      text,
      timeoutMs,
      onDemand,
    };
  }

  /** The variable of that name, which a check or the start log reads. */
  variable(name: string, path: Path): VariableDefinition | undefined {
    const definition = ownValue(this.#o.source.variables, name);
    return definition ?? this.#o.faults.add(path, { code: 'variable_unknown', facts: { name } });
  }

  /** @param names matches whose first group is a variable's name. */
  checkVariables(names: Iterable<RegExpMatchArray>, path: Path): void {
    for (const [, name = ''] of names) this.variable(name, path);
  }

  /** The values that a check, or a query for its checks, expects a row of. */
  expectedKeys(source: CheckSource['expectKeys'], path: Path): CheckDefinition['expectKeys'] {
    if (source === undefined) return undefined;
    const { column, parameter, missing } = source;
    const values = ownValue(this.#o.source.params, parameter);
    if (Array.isArray(values)) return { column, values: values.map(String), missing };
    const code = values === undefined ? 'parameter_missing' : 'parameter_no_list';
    return this.#o.faults.add([...path, 'parameter'], { code, facts: { parameter } });
  }

  #probe(source: CheckSource, path: Path): ProbeDefinition | undefined {
    const { kinds, faults } = this.#o;
    const values: Readonly<Record<string, unknown>> = source;
    const all = kinds.flatMap((kind) => mainKeysOf(kind).map((key) => ({ kind, key })));
    const [first, ...others] = all.filter(({ key }) => values[key] !== undefined);
    if (first === undefined || others.length > 0) {
      const found = (first === undefined ? [] : [first, ...others]).map(({ key }) => key);
      const known = all.map(({ key }) => key);
      return faults.add(path, { code: 'probe_not_one', facts: { known, found } });
    }
    for (const { beside = {} } of kinds) {
      const lone = Object.entries(beside).find(([key, main]) => key in values && values[main] === undefined);
      if (lone !== undefined) {
        const [key, main] = lone;
        return faults.add([...path, key], { code: 'key_beside', facts: { key, main } });
      }
    }
    const { kind, key } = first;
    const settings = kind.compile(values, this.#tools(source, [...path, key]));
    const columns = kind.columns && new Set(kind.columns);
    return settings && { columns, ...settings, kind: kind.kind, needs: kind.needs };
  }

  /** Each is told where the file says it first: what is derived from `each` and `problems` says it again. */
  #refuseUnknownColumns(source: CheckSource, columns: ReadonlySet<string>, path: Path): void {
    const { each, pass, fail, warn, wrongRows, baseline, problems, expectKeys } = source;
    const conditions = [
      [['each'], each],
      ...problems.map(({ when }, index) => [['problems', index, 'when'], when] as const),
      ...Object.entries({ pass, fail, warn, wrongRows, baseline }).map(
        ([key, text]) => [[key], text] as const,
      ),
    ] as const;
    const told = new Set<string>();
    const tell = (place: Path, name: string) => {
      if (columns.has(name) || told.has(name)) return;
      told.add(name);
      const nearest = nearestWord(name, [...columns]);
      this.#o.faults.add([...path, ...place], { code: 'condition_column_unknown', facts: { name, nearest } });
    };
    for (const [place, condition] of conditions)
      for (const name of condition === undefined ? [] : columnsReadOrNone(condition)) tell(place, name);
    if (expectKeys !== undefined) tell(['expectKeys', 'column'], expectKeys.column);
  }

  #tools({ id, timeoutMs }: CheckSource, path: Path): ProbeTools {
    const { source, faults, queries, compileQuery } = this.#o;
    return {
      statement: (sql) => compileQuery(id, sql, timeoutMs, path),
      query(name) {
        const query = queries.get(name);
        if (query !== undefined || Object.hasOwn(source.queries, name)) return query; // its own fault has been told
        return faults.add(path, { code: 'query_unknown', facts: { name } });
      },
      variable: (name) => this.variable(name, path),
      systemVariable: (name) => ownValue(source.systemVariables, name),
      parameter(name) {
        const value = source.params[name];
        if (typeof value === 'number') return value;
        const code = value === undefined ? 'parameter_missing' : 'parameter_no_number';
        return faults.add(path, { code, facts: { parameter: name } });
      },
      knowsStartLog: source.startLog !== undefined,
      fault: (fault) => faults.add(path, fault),
    };
  }

  #onDemand({ onDemand }: CheckSource, path: Path): CheckDefinition['onDemand'] {
    return new Map(
      Object.entries(onDemand).flatMap(([name, { title, sql, timeoutMs }]) => {
        const query = this.#o.compileQuery(name, sql, timeoutMs, [...path, name, 'sql']);
        return query === undefined ? [] : [[name, { ...query, title }] as const];
      }),
    );
  }
}

/** A condition that does not parse is refused for that. */
function columnsReadOrNone(condition: string): readonly string[] {
  try {
    return columnsRead(condition);
  } catch {
    return [];
  }
}

/** A patient query of several checks is waited for, and for what goes before it. */
const timeoutFor = ({ query }: ProbeDefinition): number =>
  query !== undefined && query.timeoutMs > DEFAULT_TIMEOUT_MS ? query.timeoutMs + 2_000 : DEFAULT_TIMEOUT_MS;

/** The keys that say what kind of check it is; of all of them it has one. */
const mainKeysOf = ({ keys, beside = {} }: ProbeSyntax): readonly string[] =>
  Object.keys(keys).filter((key) => !(key in beside));

/** What conditions and texts read as `env.NAME`; the compilers have refused what is no variable. */
function environmentOf(
  { pass, warn, fail, wrongRows, baseline, problems }: CheckSource,
  text: CheckDefinition['text'],
  compiler: ConditionCompiler,
): readonly string[] {
  const templates = [text.problem, text.unclear, text.fine, ...text.problems.map(({ say }) => say)];
  const said = templates.flatMap((template) => Object.values(template ?? {}));
  const conditions = [pass, warn, fail, wrongRows, baseline, ...problems.map(({ when }) => when)];
  const read = conditions.flatMap((source) => (source === undefined ? [] : compiler.variablesOf(source)));
  return [...new Set([...read, ...said.flatMap(({ source }) => variablesIn(source))])];
}
