import { bindParameters } from '../checks/context/bind-parameters.js';
import type { CheckContext } from '../checks/context/check-context.js';
import { runChecks } from '../checks/run-checks.js';
import type { ReplayOutcome } from '../domain/backtest.js';
import type { Replayed } from '../domain/backtest-tally.js';
import type { CheckResult, ObservedValue } from '../domain/check-run.js';
import type { RunWindow } from '../domain/run-window.js';
import type { Runbook } from '../runbook/runbook.js';
import type { KnownSince } from './known-since.js';
import { askedOnce } from './paced-queries.js';
import type { Replayable } from './replayable.js';

/** A runbook, and the checks of it that are asked. */
export interface ReplayedRunbook {
  readonly runbook: Runbook;
  readonly checks: readonly Replayable[];
}

export interface MomentParts {
  /** What the moments share: hosts, source and clock are asked once. */
  readonly base: CheckContext;
  readonly knownSince: KnownSince;
  readonly now: ReplayedRunbook;
  readonly changed: ReplayedRunbook | undefined;
  readonly monotonicMs: () => number;
  readonly onProbeError: (checkId: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

/** The checks as a run of that moment would have carried them out: same statements, same conditions, same judgement. */
export async function replayMoment(
  at: Date,
  window: RunWindow,
  parts: MomentParts,
): Promise<readonly Replayed[]> {
  const { base, now, changed } = parts;
  const trading = base.trading && askedOnce(base.trading);
  const then: CheckContext = {
    ...base,
    trading,
    asOf: async () => at,
    window: async () => window,
    runParameters: { ...base.runParameters, rowsUntil: at.toISOString() },
    shared: new Map(),
  };
  const results = await replayRunbook(now, then, parts);
  const others = changed && (await replayRunbook(changed, { ...then, shared: new Map() }, parts));
  return now.checks.map(({ check: { id } }) => ({
    id,
    now: outcomeOf(results.get(id)),
    changed: others && outcomeOf(others.get(id)),
    result: results.get(id),
  }));
}

/** By id; a check whose rows may be gone is not asked. */
async function replayRunbook(
  { runbook, checks }: ReplayedRunbook,
  shared: CheckContext,
  { knownSince, monotonicMs, onProbeError, signal }: MomentParts,
): Promise<ReadonlyMap<string, CheckResult>> {
  const context = { ...shared, runbook };
  const known: Replayable[] = [];
  for (const one of checks) {
    if (knownSince.covers(one, await boundOf(one, context))) known.push(one);
  }
  const results = await runChecks(
    known.map(({ check }) => check),
    context,
    { monotonicMs, onProbeError, signal },
  );
  return new Map(results.map((result) => [result.id, result]));
}

async function boundOf(
  { check }: Replayable,
  context: CheckContext,
): Promise<ReadonlyMap<string, ObservedValue>> {
  const { parameters = [] } = check.probe.query?.statement ?? {};
  const { values } = await bindParameters({ parameters }, context);
  return new Map(parameters.map((name, index) => [name, values[index] ?? null]));
}

/** Nothing is skipped when a moment is replayed: what was not asked is unknown. */
function outcomeOf(result: CheckResult | undefined): ReplayOutcome {
  if (result === undefined || result.outcome === 'SKIPPED') return 'UNKNOWN';
  return result.outcome;
}
