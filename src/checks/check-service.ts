import type { CheckResult, CheckRun, ObservedRow } from '../domain/check-run.js';
import { evaluateCriteria, evaluateGoNoGo } from '../domain/criterion.js';
import { DEFAULT_VERDICT_TTL_MS } from '../domain/verdict.js';
import type { Target } from '../runbook/targets.js';
import { trackProgress } from './checks-ahead.js';
import { bindParameters } from './context/bind-parameters.js';
import { type ContextOptions, createContexts } from './create-contexts.js';
import { readCharts } from './read-charts.js';
import { type RunChecksOptions, runChecks, sectionsOf } from './run-checks.js';
import type { ExamineRequest, FinishedRun, RunRequest } from './run-request.js';
import { type StoreRun, storeRun } from './store-run.js';

export interface CheckService {
  /** Runs checks that are no run of their own: nothing is stored. Never fails, as `run`. */
  examine(request: ExamineRequest): Promise<readonly CheckResult[]>;
  /** Runs every check of a kind at once. Never fails: what cannot be looked at is an outcome. */
  run(request: RunRequest): Promise<FinishedRun>;
  /** Runs a figure that a check offers on demand. @throws DatabaseFaultError; Error where there is no such figure */
  onDemand(target: Target, checkId: string, name: string): Promise<readonly ObservedRow[]>;
}

export interface CheckServiceOptions extends StoreRun, ContextOptions {
  /** Told of each chart that could not be read; the report does without it. */
  readonly onChartError?: (chartId: string, error: unknown) => void;
  readonly onObserved?: RunChecksOptions['onObserved'];
  /** Told of each probe that failed for a reason that has no code. */
  readonly onProbeError?: (checkId: string, error: unknown) => void;
  readonly monotonicMs: () => number;
  readonly newRunId: () => string;
}

export function createCheckService(options: CheckServiceOptions): CheckService {
  const { runbook, now, monotonicMs, onObserved, onChartError = () => {}, onProbeError = () => {} } = options;
  const contextFor = createContexts(options);

  return {
    async run(request) {
      const { kind, target, requestedBy, planned, only, watched, halted, signal } = request;
      const partial = request.partial === true || only !== undefined;
      const startedAt = now();
      const startedMs = monotonicMs();
      const context = contextFor(target, planned, halted);
      const definitions = sectionsOf(context, kind)
        .flatMap((section) => section.checks)
        .filter(({ id }) => only?.includes(id) ?? true);
      const onResult = trackProgress(runbook, request);

      const stop = signal === undefined ? {} : { signal };
      const checking = runChecks(definitions, context, {
        monotonicMs,
        onObserved,
        onProbeError,
        ...stop,
        onResult,
      });
      // After the checks: they share the few connections to the database, and a chart decides nothing.
      const charting = watched ? [] : readCharts(kind, context, { ...stop, onFailure: onChartError });
      const checks = await checking;
      // They are about the whole decision.
      const isDecision = kind === 'gonogo' && only === undefined;
      const criteria = isDecision ? evaluateCriteria(runbook.criteria, checks) : [];
      const charts = await charting;

      const asOf = now();
      const run: CheckRun = {
        runId: options.newRunId(),
        strategy: runbook.strategy,
        target: target.name,
        kind,
        verdict: evaluateGoNoGo(checks, criteria),
        requestedBy,
        startedAt: startedAt.toISOString(),
        asOf: asOf.toISOString(),
        validUntil: new Date(asOf.getTime() + DEFAULT_VERDICT_TTL_MS).toISOString(),
        durationMs: Math.round(monotonicMs() - startedMs),
        runbookSha256: runbook.sha256,
        checks,
        ...(criteria.length === 0 ? {} : { criteria }),
        ...(charts.length === 0 ? {} : { charts }),
        ...(planned === undefined ? {} : { planned: true }),
        ...(partial ? { partial } : {}),
        ...(watched ? { watched } : {}),
      };
      return { run, stored: await storeRun(run, options, request.keptIf) };
    },

    examine: ({ target, checks, planned, signal }) =>
      runChecks(checks, contextFor(target, planned), {
        monotonicMs,
        onProbeError,
        ...(signal === undefined ? {} : { signal }),
      }),

    async onDemand(target, checkId, name) {
      const checks = runbook.sections.flatMap((section) => section.checks);
      const query = checks.find(({ id }) => id === checkId)?.onDemand.get(name);
      if (query === undefined || options.trading === undefined) {
        throw new Error(`the check ${checkId} offers no figure ${name}`);
      }
      const { values } = await bindParameters(query.statement, contextFor(target));
      const { text, functions } = query.statement;
      const { timeoutMs } = query;
      const { rows } = await options.trading.query({ text, functions, values, timeoutMs });
      return rows;
    },
  };
}
