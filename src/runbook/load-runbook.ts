import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Localized } from '../domain/localized.js';
import type { CheckDefinition, LocalizedTemplate, ProbeDefinition, Query } from './check-definition.js';
import { type ConditionCompiler, createConditionCompiler, type Parameters } from './conditions.js';
import { ConfigurationError, type ConfigurationFault } from './configuration-fault.js';
import { compileCharts, compileCriteria } from './decision.js';
import { compileMessage } from './message-template.js';
import { RUN_PARAMETERS, type Runbook } from './runbook.js';
import { type CheckSource, type RunbookSource, runbookSchema } from './runbook-schema.js';
import { runbookStandIn } from './runbook-stand-in.js';
import { compileStatement, loadSqlParser } from './statement.js';
import { compileTraining } from './training.js';
import { readVariable } from './variable.js';
import type { Path } from './what-stands.js';
import { type FaultAt, parseYaml } from './yaml-document.js';

const DEFAULT_TIMEOUT_MS = 5_000;
const PROBE_KEYS = ['sql', 'query', 'env', 'file', 'model', 'process', 'service'] as const;

/** @throws ConfigurationError with every fault and its line. */
export async function loadRunbook(file: string): Promise<Runbook> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    throw new ConfigurationError([
      {
        file,
        message: 'the runbook cannot be read: set RUNBOOK_FILE to a runbook',
        chinese: '无法读取 runbook：请将 RUNBOOK_FILE 设为一个 runbook',
      },
    ]);
  }
  return parseRunbook(file, bytes);
}

/** @throws ConfigurationError with every fault and its line. */
export async function parseRunbook(file: string, bytes: Buffer): Promise<Runbook> {
  await loadSqlParser();
  const { faults, stands } = parseYaml(file, bytes.toString('utf8'), runbookSchema, runbookStandIn);
  if (stands === undefined) throw new ConfigurationError(faults);

  const compiler = new RunbookCompiler(file, stands.value, stands.fault);
  const runbook = compiler.compile(createHash('sha256').update(bytes).digest('hex'));
  const all = [...faults, ...compiler.faults];
  if (all.length > 0) throw new ConfigurationError(all);
  return runbook;
}

/** Turns the file's text into compiled parts, and goes on after a fault so that all are found at once. */
class RunbookCompiler {
  readonly faults: ConfigurationFault[] = [];
  readonly #file: string;
  readonly #faultAt: FaultAt;
  readonly #source: RunbookSource;
  readonly #conditions: ConditionCompiler;
  readonly #bindable: ReadonlySet<string>;
  readonly #faultyChecks = new Set<string>();
  readonly #queries = new Map<string, Query>();

  constructor(file: string, source: RunbookSource, faultAt: FaultAt) {
    this.#file = file;
    this.#faultAt = faultAt;
    this.#source = source;
    this.#conditions = createConditionCompiler(source.params, source.variables);
    this.#bindable = new Set([...Object.keys(source.params), ...RUN_PARAMETERS]);
  }

  compile(sha256: string): Runbook {
    const { strategy, agentId, envPrefix, params, window } = this.#source;
    this.#checkNames();
    for (const [name, query] of Object.entries(this.#source.queries)) {
      const compiled = this.#query(name, query.sql, query.timeoutMs, ['queries', name, 'sql']);
      if (compiled !== undefined) this.#queries.set(name, compiled);
    }
    const sections = this.#source.sections.map((section, s) => ({
      id: section.id,
      title: section.title,
      kinds: section.kind,
      checks: section.checks.flatMap(
        (check, c) => this.#check(check, section.id, ['sections', s, 'checks', c]) ?? [],
      ),
    }));
    const variables = new Map(Object.entries(this.#source.variables));
    const fault = (path: Path, message: string) => void this.#fault(path, message);
    const criteria = compileCriteria(this.#source.criteria, sections, this.#faultyChecks, fault);
    const compileSql = (sql: string, path: Path) =>
      this.#attempt(path, () => compileStatement(sql, this.#bindable));
    const charts = compileCharts(this.#source.charts, compileSql, fault);
    const startLog = this.#startLog();
    const modelInputs = this.#modelInputs();
    const { training: trainingSource } = this.#source;
    const training =
      trainingSource && compileTraining(trainingSource, sections, this.#faultyChecks, this.#faultAt, fault);
    const names = { file: this.#file, sha256, strategy, agentId, envPrefix };
    const strategyParts = { params, variables, window, startLog, modelInputs, training };
    return { ...names, ...strategyParts, sections, criteria, charts };
  }

  #modelInputs(): Runbook['modelInputs'] {
    const { modelInputs } = this.#source;
    return (
      modelInputs &&
      this.#query('modelInputs', modelInputs.sql, modelInputs.timeoutMs, ['modelInputs', 'sql'])
    );
  }

  #startLog(): Runbook['startLog'] {
    const { startLog } = this.#source;
    if (startLog === undefined) return undefined;
    const errorLines = startLog.errorLines.flatMap((pattern, index) => {
      return this.#attempt(['startLog', 'errorLines', index], () => new RegExp(pattern, 'i')) ?? [];
    });
    for (const [index, part] of startLog.loadedLine.entries()) {
      this.#checkVariables(part.matchAll(/\{(\w+)\}/g), ['startLog', 'loadedLine', index]);
    }
    return { ...startLog, errorLines };
  }

  #checkNames(): void {
    const seen = new Set<string>();
    for (const [s, section] of this.#source.sections.entries()) {
      for (const [c, { id }] of section.checks.entries()) {
        if (seen.has(id)) this.#fault(['sections', s, 'checks', c, 'id'], `the id \`${id}\` stands twice`);
        seen.add(id);
      }
    }
    for (const name of Object.keys(this.#source.params)) {
      if ((RUN_PARAMETERS as readonly string[]).includes(name)) {
        this.#fault(['params', name], `\`${name}\` is set by the run itself: choose another name`);
      }
    }
    for (const [name, definition] of Object.entries(this.#source.variables)) {
      if (definition.default !== undefined && readVariable(definition, undefined).kind === 'fault') {
        this.#fault(['variables', name, 'default'], 'the default is not a value that the variable can have');
      }
    }
  }

  #check(source: CheckSource, section: string, path: Path): CheckDefinition | undefined {
    const probe = this.#probe(source, path);
    const pass = this.#attempt([...path, 'pass'], () => this.#conditions.compile(source.pass));
    const fail = this.#attempt([...path, 'fail'], () => this.#conditions.compile(source.fail));
    const warn = this.#optional(source.warn, [...path, 'warn'], (text) => this.#conditions.compile(text));
    const isWrongRow = this.#optional(source.wrongRows, [...path, 'wrongRows'], (text) =>
      this.#conditions.compileRowPredicate(text),
    );
    const expectKeys = this.#expectKeys(source, path);
    const problem = this.#template(source.text.problem, [...path, 'text', 'problem']);
    const problems = source.text.problems.flatMap(({ when, say }, index) => {
      const place = [...path, 'text', 'problems', index];
      const holds = this.#attempt([...place, 'when'], () => this.#conditions.compileRowPredicate(when));
      const template = this.#template(say, [...place, 'say']);
      return holds === undefined || template === undefined ? [] : [{ when: holds, say: template }];
    });
    const unclear = this.#template(source.text.unclear, [...path, 'text', 'unclear']);
    const fine = this.#template(source.text.fine, [...path, 'text', 'fine']);
    const onDemand = new Map(
      Object.entries(source.onDemand).flatMap(([name, extra]) => {
        const query = this.#query(name, extra.sql, extra.timeoutMs, [...path, 'onDemand', name, 'sql']);
        return query === undefined ? [] : [[name, { ...query, title: extra.title }] as const];
      }),
    );
    if (probe === undefined || pass === undefined || fail === undefined) {
      this.#faultyChecks.add(source.id);
      return undefined;
    }
    return {
      id: source.id,
      section,
      title: source.title,
      mode: source.mode,
      probe,
      expectKeys,
      noData: source.noData,
      pass,
      warn,
      fail,
      isWrongRow,
      environment: environmentOf(source),
      text: { problem, problems, unclear, fine, remedy: source.text.remedy },
      timeoutMs: source.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      onDemand,
    };
  }

  #probe(source: CheckSource, path: Path): ProbeDefinition | undefined {
    const given = PROBE_KEYS.filter((key) => source[key] !== undefined);
    if (given.length !== 1) {
      const found = given.length === 0 ? 'none' : given.join(' and ');
      return this.#fault(path, `a check has exactly one of ${PROBE_KEYS.join(', ')}; this one has ${found}`);
    }
    if (source.column !== undefined && source.query === undefined) {
      return this.#fault([...path, 'column'], '`column` goes with `query` only');
    }
    if (source.sql !== undefined) {
      const query = this.#query(source.id, source.sql, source.timeoutMs, [...path, 'sql']);
      return query && { kind: 'sql', query, column: undefined };
    }
    if (source.query !== undefined) {
      const query = this.#queries.get(source.query);
      if (query !== undefined) return { kind: 'sql', query, column: source.column };
      if (source.query in this.#source.queries) return undefined; // its own fault has been said
      return this.#fault([...path, 'query'], `there is no query \`${source.query}\` under \`queries\``);
    }
    if (source.env !== undefined) {
      const definition = this.#variable(source.env, [...path, 'env']);
      return definition && { kind: 'env', variable: source.env, definition };
    }
    if (source.model !== undefined) {
      const definition = this.#variable(source.model, [...path, 'model']);
      return definition && { kind: 'model', variable: source.model };
    }
    if (source.file !== undefined) {
      if (source.file.startsWith('/')) return { kind: 'file', path: source.file };
      return this.#fault([...path, 'file'], 'write the file’s absolute path on the host');
    }
    if (source.service === undefined) return { kind: 'process' };
    if (this.#source.startLog !== undefined) return { kind: 'service' };
    return this.#fault(
      [...path, 'service'],
      'a proof of start needs `startLog`: how a start shows in the log',
    );
  }

  #variable(name: string, path: Path) {
    const definition = this.#source.variables[name];
    return definition ?? this.#fault(path, `there is no variable \`${name}\` under \`variables\``);
  }

  /** @param names matches whose first group is a variable's name. */
  #checkVariables(names: Iterable<RegExpMatchArray>, path: Path): void {
    for (const [, name = ''] of names) this.#variable(name, path);
  }

  #expectKeys(source: CheckSource, path: Path): CheckDefinition['expectKeys'] {
    if (source.expectKeys === undefined) return undefined;
    const { column, parameter, missing } = source.expectKeys;
    const values = this.#source.params[parameter];
    if (Array.isArray(values)) return { column, values: values.map(String), missing };
    const problem = values === undefined ? 'does not exist' : 'is not a list';
    return this.#fault([...path, 'expectKeys', 'parameter'], `the parameter \`${parameter}\` ${problem}`);
  }

  #query(name: string, sql: string, timeoutMs: number | undefined, path: Path): Query | undefined {
    const statement = this.#attempt(path, () => compileStatement(sql, this.#bindable));
    return statement && { name, statement, timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS };
  }

  #template(text: Localized | undefined, path: Path): LocalizedTemplate | undefined {
    const parameters: Parameters = this.#source.params;
    for (const words of Object.values(text ?? {}))
      this.#checkVariables(words.matchAll(/\{env\.(\w+)/g), path);
    return this.#optional(text, path, (localized) => ({
      en: compileMessage(localized.en, parameters),
      'zh-CN': compileMessage(localized['zh-CN'], parameters),
    }));
  }

  #optional<S, T>(source: S | undefined, path: Path, compile: (source: S) => T): T | undefined {
    return source === undefined ? undefined : this.#attempt(path, () => compile(source));
  }

  #attempt<T>(path: Path, compile: () => T): T | undefined {
    try {
      return compile();
    } catch (error) {
      return this.#fault(path, error instanceof Error ? error.message : String(error));
    }
  }

  #fault(path: Path, message: string): undefined {
    this.faults.push(...this.#faultAt(path, message));
    return undefined;
  }
}

/** What conditions and texts read as `env.NAME`; the compilers have refused what is no variable. */
function environmentOf({ pass, warn, fail, wrongRows, text }: CheckSource): readonly string[] {
  const said = text.problems.map(({ say }) => say);
  const texts = [text.problem, text.unclear, text.fine, ...said].flatMap((localized) =>
    Object.values(localized ?? {}),
  );
  const conditions = text.problems.map(({ when }) => when);
  const words = [pass, warn, fail, wrongRows, ...conditions, ...texts].join('\n');
  return [...new Set([...words.matchAll(/\benv\.(\w+)/g)].map(([, name = '']) => name))];
}
