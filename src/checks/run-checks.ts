import { setImmediate } from 'node:timers/promises';
import type { CheckResult, Evidence, ObservedRow } from '../domain/check-run.js';
import type { Allowance, EnvironmentValues, RowPredicate } from '../domain/condition.js';
import { type Evaluation, evaluateCheck } from '../domain/evaluate-check.js';
import type { Localized } from '../domain/localized.js';
import type { RunKind } from '../domain/outcome.js';
import { plainValue } from '../domain/plain-text.js';
import type { Reason } from '../domain/reason.js';
import { HostError } from '../hosts/host.js';
import { createAllowance } from '../runbook/allowance.js';
import type { CheckDefinition, LocalizedTemplate, Section } from '../runbook/check-definition.js';
import { isTradingFault } from '../trading/trading-database-error.js';
import { agreedEnvironment } from './context/agreed-environment.js';
import { asksForSpan } from './context/bind-parameters.js';
import type { CheckContext, ProbeCall } from './context/check-context.js';
import { hostReason, type Observation, ProbeError } from './context/observation.js';
import { PROBE_KINDS } from './probe-kinds.js';

export interface RunChecksOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds from any fixed point; for durations only. */
  readonly monotonicMs: () => number;
  readonly onResult?: (result: CheckResult) => void;
  /** Told what a check has seen, before it is judged by its conditions; not where its probe failed. */
  readonly onObserved?:
    | ((checkId: string, observation: Observation, env: EnvironmentValues) => void)
    | undefined;
  /** Told of what no reason names: the sentence of the check sends people to the log. */
  readonly onProbeError?: (checkId: string, error: unknown) => void;
}

/** The sections that a run of this kind holds, in the order of the runbook. */
export function sectionsOf(context: Pick<CheckContext, 'runbook'>, kind: RunKind): readonly Section[] {
  return context.runbook.sections.filter((section) => section.kinds.includes(kind));
}

/**
 * Runs checks all at once, each within its own time-out. Never throws: a probe that fails, hangs or is refused is an
 * ERROR of its check. The results come in the order of `checks`.
 */
export async function runChecks(
  checks: readonly CheckDefinition[],
  context: CheckContext,
  options: RunChecksOptions,
): Promise<readonly CheckResult[]> {
  const run = async (check: CheckDefinition): Promise<CheckResult> => {
    const result = await runCheck(check, context, options);
    options.onResult?.(result);
    return result;
  };
  const isQuery = ({ probe }: CheckDefinition) => probe.needs === 'trading_database';
  const queries = checks.filter(isQuery).map(run);
  // They leave first: starting the programs of the hosts holds this process up, and the database meanwhile works.
  if (queries.length > 0) await setImmediate();
  const looks = checks.filter((check) => !isQuery(check)).map(run);
  const results = await Promise.all([...queries, ...looks]);
  return checks.flatMap(({ id }) => results.find((result) => result.id === id) ?? []);
}

async function runCheck(
  check: CheckDefinition,
  context: CheckContext,
  options: RunChecksOptions,
): Promise<CheckResult> {
  const { monotonicMs } = options;
  const startedMs = monotonicMs();
  const examined = await observeAndEvaluate(check, context, options);
  const { observation, evaluation, env, says } = examined;
  // What was compared was compared as it is; from here on it is shown.
  return plainValue({
    id: check.id,
    section: check.section,
    title: check.title,
    mode: check.mode,
    outcome: evaluation.outcome,
    reason: evaluation.reason,
    ...(evaluation.besides.length > 0 && evaluation.outcome !== 'PASS'
      ? { besides: evaluation.besides }
      : {}),
    says,
    ...(check.text.remedy !== undefined && evaluation.outcome !== 'PASS'
      ? { remedy: check.text.remedy }
      : {}),
    observed: observation.rows,
    expected: expectedText(check),
    evidence: withOnDemand(withBaseline(observation, check, env), check),
    observedAt: observation.observedAt,
    durationMs: Math.round(monotonicMs() - startedMs),
  });
}

interface Examined {
  readonly observation: Observation;
  readonly evaluation: Evaluation;
  readonly env: EnvironmentValues;
  readonly says: readonly Localized[];
}

async function observeAndEvaluate(
  check: CheckDefinition,
  context: CheckContext,
  { signal, onObserved, onProbeError = () => {} }: RunChecksOptions,
): Promise<Examined> {
  await whatTheRunShares(check, context, signal);
  const deadline = AbortSignal.timeout(check.timeoutMs);
  let evidence: Evidence = { probe: check.probe.kind };
  const call: ProbeCall = {
    noteEvidence: (known) => {
      evidence = known;
    },
    timeoutMs: check.timeoutMs,
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
  };
  try {
    // Nothing is started for a run that was given up.
    call.signal.throwIfAborted();
    const looking = Promise.all([
      observe(check, context, call),
      agreedEnvironment(check.environment, context),
    ]);
    const [observation, env] = await within(looking, call.signal);
    const { maxRows } = context.runbook.bounds;
    if (observation.rows.length > maxRows) throw tooManyRows(maxRows);
    onObserved?.(check.id, observation, env);
    return { observation, env, ...judge(check, observation, env) };
  } catch (error) {
    const reason = reasonOf(error, check, deadline);
    if (reason.code === 'probe_failed') onProbeError(check.id, error);
    const observation = { rows: [], evidence, observedAt: context.now().toISOString() };
    return {
      observation,
      evaluation: { outcome: 'ERROR', reason, besides: [], telling: [], alsoWrong: [] },
      env: {},
      says: [],
    };
  }
}

/**
 * The window of a run is the run's own matter: a host that is slow to say since when it runs takes no time from the
 * statements that wait for it. What fails there is told by the check itself.
 */
async function whatTheRunShares(
  { probe: { query } }: CheckDefinition,
  context: CheckContext,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  if (query === undefined || !asksForSpan(query.statement) || signal.aborted) return;
  await within(context.window(), signal).catch(() => undefined);
}

/** What is found to be wrong stands, also where its conditions cost too much to name each row. */
function judge(
  check: CheckDefinition,
  observation: Observation,
  env: EnvironmentValues,
): Pick<Examined, 'evaluation' | 'says'> {
  const allowance = createAllowance();
  const evaluation = evaluateCheck(check, observation, env, allowance);
  const says = sentences(check, evaluation, env, allowance);
  if (!allowance.isSpent || evaluation.outcome === 'FAIL') return { evaluation, says };
  return { evaluation: { ...evaluation, outcome: 'ERROR', reason: { code: 'too_costly' } }, says: [] };
}

const tooManyRows = (maxRows: number): ProbeError =>
  new ProbeError({ code: 'too_many_rows', facts: { maxRows } }, `more than ${maxRows} rows were seen`);

function observe({ probe }: CheckDefinition, context: CheckContext, call: ProbeCall): Promise<Observation> {
  const kind = PROBE_KINDS.find((known) => known.kind === probe.kind);
  if (kind === undefined) throw new Error(`there is no probe ${probe.kind}`);
  return kind.observe(probe, context, call);
}

/** Settles by the signal at the latest, even when the probe itself does not heed it. */
function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function reasonOf(error: unknown, check: CheckDefinition, deadline: AbortSignal): Reason {
  if (error instanceof ProbeError) return error.reason;
  if (isTradingFault(error)) {
    return {
      code: 'database_error',
      facts: { ...error.facts, code: error.code, timeoutMs: check.timeoutMs },
    };
  }
  if (deadline.aborted) return { code: 'probe_timeout', facts: { timeoutMs: check.timeoutMs } };
  if (error instanceof HostError) {
    return hostReason(error);
  }
  return { code: 'probe_failed' };
}

function sentences(
  check: CheckDefinition,
  { outcome, reason, telling, alsoWrong }: Evaluation,
  env: EnvironmentValues,
  allowance: Allowance,
): readonly Localized[] {
  // A fault or a gap has its own sentence, in the words of the reason; the runbook's text is about measured rows.
  const rows = MEASURED.has(reason.code) ? telling : alsoWrong;
  const said = rows.flatMap((row) =>
    templatesFor({ outcome, reason }, check, (when) => holds(when, row, env, allowance)).map((template) => ({
      en: template.en.render(row, env),
      'zh-CN': template['zh-CN'].render(row, env),
    })),
  );
  const first = new Map<string, Localized>();
  for (const sentence of said) if (!first.has(sentence.en)) first.set(sentence.en, sentence);
  return [...first.values()];
}

function templatesFor(
  { outcome, reason }: Pick<Evaluation, 'outcome' | 'reason'>,
  { text }: CheckDefinition,
  isSo: (when: RowPredicate) => boolean,
): readonly LocalizedTemplate[] {
  const { fine, unclear, problem, problems } = text;
  const given = (template: LocalizedTemplate | undefined) => (template === undefined ? [] : [template]);
  if (outcome === 'PASS') return given(fine);
  if (outcome === 'INCONCLUSIVE' && reason.code === 'neither_holds' && unclear !== undefined)
    return [unclear];
  const own = problems.filter(({ when }) => isSo(when)).map(({ say }) => say);
  return own.length > 0 ? own : given(problem);
}

/** What cannot be judged of a row is not said of it. */
function holds(when: RowPredicate, row: ObservedRow, env: EnvironmentValues, allowance?: Allowance): boolean {
  try {
    return when(row, env, allowance);
  } catch {
    return false;
  }
}

const MEASURED: ReadonlySet<Reason['code']> = new Set([
  'conditions_hold',
  'warning_holds',
  'failure_holds',
  'neither_holds',
]);

function expectedText({ pass, warn, fail }: CheckDefinition): string {
  return [`pass: ${pass.text}`, ...(warn ? [`warn: ${warn.text}`] : []), `fail: ${fail.text}`].join('; ');
}

/** A row whose baseline cannot be judged has none. */
function withBaseline(
  { rows, evidence }: Observation,
  { hasBaseline }: CheckDefinition,
  env: EnvironmentValues,
): Evidence {
  const { baseline } = evidence;
  if (hasBaseline === undefined || baseline === undefined) return evidence;
  if (rows.length > 0 && rows.every((row) => holds(hasBaseline, row, env))) return evidence;
  return { ...evidence, baseline: { ...baseline, isMissing: true } };
}

function withOnDemand(evidence: Evidence, check: CheckDefinition): Evidence {
  return check.onDemand.size === 0 ? evidence : { ...evidence, onDemand: [...check.onDemand.keys()] };
}
