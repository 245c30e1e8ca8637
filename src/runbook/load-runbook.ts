import { readFile } from 'node:fs/promises';
import type { ConfigurationSentence } from '../domain/sentence.js';
import { nearestWord } from '../domain/spelling.js';
import { ambiguousWord, readVariable } from '../domain/variable.js';
import { answerColumns } from './answer-columns.js';
import type { Query } from './check-definition.js';
import { isClockText } from './clock-words.js';
import { CheckCompiler, DEFAULT_TIMEOUT_MS } from './compile-check.js';
import { createConditionCompiler } from './conditions.js';
import { ConfigurationError, faultOfError, RefusedPart } from './configuration-fault.js';
import { compileCharts, compileCriteria } from './decision.js';
import { FaultList } from './fault-list.js';
import { compilePattern, loadPatternEngine } from './linear-pattern.js';
import { readLoadedLine } from './loaded-line-parts.js';
import type { ProbeSyntax } from './probe-syntax.js';
import { RUN_PARAMETERS, type Runbook } from './runbook.js';
import { type RunbookSource, runbookSchemaWith } from './runbook-schema.js';
import { runbookStandIn } from './runbook-stand-in.js';
import { namesSqlFile, readSqlFiles, runbookHash, runbookTexts, type SqlFiles } from './sql-files.js';
import { compileStatement, loadSqlParser, type Statement, tablesOf } from './statement.js';
import { enableFlag } from './strategy-contract.js';
import { compileTraining } from './training.js';
import type { Path } from './what-stands.js';
import { type FaultAt, parseYaml } from './yaml-document.js';

/**
 * @param kinds of probes that its checks may name.
 * @throws ConfigurationError with every fault and its line.
 */
export async function loadRunbook(file: string, kinds: readonly ProbeSyntax[]): Promise<Runbook> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    throw new ConfigurationError([{ file, fault: { code: 'runbook_unreadable', facts: {} } }]);
  }
  return parseRunbook(file, bytes, kinds);
}

/** @throws ConfigurationError with every fault and its line. */
export async function parseRunbook(
  file: string,
  bytes: Buffer,
  kinds: readonly ProbeSyntax[],
): Promise<Runbook> {
  await Promise.all([loadSqlParser(), loadPatternEngine()]);
  const schema = runbookSchemaWith(kinds);
  const { faults, stands } = parseYaml(file, bytes.toString('utf8'), schema, runbookStandIn);
  if (stands === undefined) throw new ConfigurationError(faults);

  const sqlFiles = await readSqlFiles(file, stands.value);
  const compiler = new RunbookCompiler(file, stands.value, stands.fault, kinds, sqlFiles);
  const runbook = compiler.compile(runbookHash(bytes, sqlFiles), runbookTexts(bytes, sqlFiles));
  const all = [...faults, ...compiler.faults];
  if (all.length > 0) throw new ConfigurationError(all);
  return runbook;
}

/** Turns the file's text into compiled parts, and goes on after a fault so that all are found at once. */
class RunbookCompiler {
  readonly #file: string;
  readonly #faultAt: FaultAt;
  readonly #faults: FaultList;
  readonly #source: RunbookSource;
  readonly #checks: CheckCompiler;
  readonly #bindable: ReadonlySet<string>;
  readonly #faultyChecks = new Set<string>();
  readonly #tables = new Set<string>();
  readonly #queries = new Map<string, Query>();
  readonly #sqlFiles: SqlFiles;

  constructor(
    file: string,
    source: RunbookSource,
    faultAt: FaultAt,
    kinds: readonly ProbeSyntax[],
    sqlFiles: SqlFiles,
  ) {
    this.#file = file;
    this.#sqlFiles = sqlFiles;
    this.#faultAt = faultAt;
    this.#faults = new FaultList(faultAt);
    this.#source = source;
    this.#bindable = new Set([...Object.keys(source.params), ...RUN_PARAMETERS]);
    this.#checks = new CheckCompiler({
      source,
      kinds,
      conditions: createConditionCompiler(source.params, source.variables),
      faults: this.#faults,
      queries: this.#queries,
      compileQuery: (...query) => this.#query(...query),
    });
  }

  get faults(): FaultList['faults'] {
    return this.#faults.faults;
  }

  compile(sha256: string, texts: Runbook['texts']): Runbook {
    const {
      strategy,
      agentId = strategy,
      envPrefix,
      flag,
      model,
      orders,
      halt,
      params,
      window,
      bounds,
    } = this.#source;
    this.#checkNames();
    this.#checkContract();
    for (const [name, { sql, timeoutMs, ...query }] of Object.entries(this.#source.queries)) {
      const compiled = this.#query(name, sql, timeoutMs, ['queries', name, 'sql']);
      const expectKeys = this.#checks.expectedKeys(query.expectKeys, ['queries', name, 'expectKeys']);
      if (compiled !== undefined) this.#queries.set(name, { ...compiled, expectKeys });
    }
    const sections = this.#source.sections.map((section, s) => ({
      id: section.id,
      title: section.title,
      kinds: section.kind,
      checks: section.checks.flatMap((check, c) => {
        const compiled = this.#checks.compile(check, section.id, ['sections', s, 'checks', c]);
        if (compiled === undefined) this.#faultyChecks.add(check.id);
        return compiled ?? [];
      }),
    }));
    const variables = new Map(Object.entries(this.#source.variables));
    const systemVariables = new Map(Object.entries(this.#source.systemVariables));
    const fault = (path: Path, told: ConfigurationSentence) => void this.#fault(path, told);
    const criteria = compileCriteria(this.#source.criteria, sections, this.#faultyChecks, fault);
    const compileSql = (sql: string, path: Path) => this.#statement(sql, path);
    const charts = compileCharts(this.#source.charts, compileSql, fault);
    const startLog = this.#startLog();
    const modelInputs = this.#modelInputs();
    const { training: trainingSource } = this.#source;
    const training =
      trainingSource && compileTraining(trainingSource, sections, this.#faultyChecks, this.#faultAt, fault);
    const names = {
      file: this.#file,
      sha256,
      texts,
      strategy,
      agentId,
      envPrefix,
      flag,
      model,
      orders,
      halt,
    };
    const strategyParts = {
      params,
      variables,
      systemVariables,
      window,
      bounds,
      startLog,
      modelInputs,
      training,
    };
    const haltReads = [orders?.table, halt.settled?.table].flatMap((table) => table ?? []);
    const tables = [...new Set([...this.#tables, ...haltReads])].sort();
    return { ...names, ...strategyParts, tables, sections, criteria, charts };
  }

  #modelInputs(): Runbook['modelInputs'] {
    const { modelInputs } = this.#source;
    if (modelInputs === undefined) return undefined;
    const { sql, timeoutMs, features } = modelInputs;
    const query = this.#query('modelInputs', sql, timeoutMs, ['modelInputs', 'sql']);
    const columns = query && answerColumns(query.statement.text);
    for (const [feature, name] of Object.entries(features)) {
      if (columns === undefined || columns.has(name)) continue;
      const nearest = nearestWord(name, [...columns]);
      this.#fault(['modelInputs', 'features', feature], {
        code: 'feature_column_unknown',
        facts: { name, nearest },
      });
    }
    return query && { ...query, features };
  }

  #startLog(): Runbook['startLog'] {
    const { startLog } = this.#source;
    if (startLog === undefined) return undefined;
    const errorLines = startLog.errorLines.flatMap((pattern, index) => {
      return (
        this.#attempt(['startLog', 'errorLines', index], () =>
          compilePattern(pattern, { ignoresCase: true }),
        ) ?? []
      );
    });
    for (const [index, part] of startLog.loadedLine.entries()) {
      this.#checks.checkVariables(part.matchAll(/\{(\w+)\}/g), ['startLog', 'loadedLine', index]);
    }
    if (readLoadedLine(startLog.loadedLine) === undefined)
      this.#fault(['startLog', 'loadedLine'], { code: 'loaded_line_shape', facts: {} });
    return { ...startLog, errorLines };
  }

  #checkNames(): void {
    const seen = new Set<string>();
    for (const [s, section] of this.#source.sections.entries()) {
      for (const [c, { id }] of section.checks.entries()) {
        if (seen.has(id))
          this.#fault(['sections', s, 'checks', c, 'id'], { code: 'id_twice', facts: { id } });
        seen.add(id);
      }
    }
    for (const name of Object.keys(this.#source.params)) {
      if ((RUN_PARAMETERS as readonly string[]).includes(name)) {
        this.#fault(['params', name], { code: 'parameter_reserved', facts: { name } });
      }
    }
    for (const key of ['variables', 'systemVariables'] as const) {
      for (const [name, definition] of Object.entries(this.#source[key])) {
        if (definition.default !== undefined && readVariable(definition, undefined).kind === 'fault')
          this.#fault([key, name, 'default'], { code: 'default_impossible', facts: {} });
        const word = ambiguousWord(definition);
        if (word !== undefined)
          this.#fault([key, name, 'values'], { code: 'word_ambiguous', facts: { word } });
      }
    }
  }

  /** The contract names variables that the strategy has. */
  #checkContract(): void {
    const { flag, model } = this.#source;
    const definition = this.#checks.variable(flag.variable, ['flag', 'variable']);
    for (const key of ['on', 'off'] as const) {
      if (definition !== undefined && readVariable(definition, flag[key]).kind === 'fault')
        this.#fault(['flag', key], { code: 'flag_value_impossible', facts: {} });
    }
    for (const key of ['path', 'version'] as const)
      if (model !== undefined) this.#checks.variable(model[key], ['model', key]);
    this.#checkCloseOnly();
  }

  /** Its values must be in force as soon as they are written: nothing of them may be ignored by the strategy. */
  #checkCloseOnly(): void {
    const { halt, flag, envPrefix, variables } = this.#source;
    // A release sets no other variable: nobody could let the strategy enter again.
    const declared = new Map(
      Object.entries(variables).map(([name, definition]) => [`${envPrefix}${name}`, definition]),
    );
    for (const [name, value] of Object.entries(halt.closeOnly ?? {})) {
      const path = ['halt', 'closeOnly', name];
      const definition = declared.get(name);
      if (name === enableFlag({ envPrefix, flag })) this.#fault(path, { code: 'close_only_flag', facts: {} });
      else if (definition === undefined) {
        const known = [...declared.keys()];
        const nearest = nearestWord(name, known) ?? nearestWord(`${envPrefix}${name}`, known);
        this.#fault(path, { code: 'close_only_unknown', facts: { name, nearest } });
      } else if (readVariable(definition, value).kind === 'fault')
        this.#fault(path, { code: 'close_only_value_impossible', facts: { name } });
    }
  }

  #query(name: string, sql: string, timeoutMs: number | undefined, path: Path): Query | undefined {
    const statement = this.#statement(sql, path);
    return statement && { name, statement, timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS };
  }

  #statement(sql: string, path: Path): Statement | undefined {
    const file = namesSqlFile(sql) ? this.#sqlFiles.get(sql.trim()) : undefined;
    if (file !== undefined && 'fault' in file) return this.#fault(path, file.fault);
    const text = file?.text ?? sql;
    try {
      const statement = compileStatement(text, this.#bindable);
      this.#refuseClockValues(statement);
      for (const table of tablesOf(statement.text)) this.#tables.add(table);
      return statement;
    } catch (error) {
      const line = error instanceof RefusedPart ? error.line : undefined;
      return this.#faults.addWithin(path, faultOfError(error), { file: file?.path, text, line });
    }
  }

  /** A parameter of the runbook stays what it is, whenever it is asked about. */
  #refuseClockValues({ parameters }: Statement): void {
    for (const name of parameters) {
      const word = [this.#source.params[name] ?? []].flat().find((one) => isClockText(String(one)));
      if (word !== undefined)
        throw new RefusedPart({ code: 'sql_clock', facts: { word: `$\{${name}}: ${word}` } });
    }
  }

  #attempt<T>(path: Path, compile: () => T): T | undefined {
    return this.#faults.attempt(path, compile);
  }

  #fault(path: Path, fault: ConfigurationSentence): undefined {
    return this.#faults.add(path, fault);
  }
}
