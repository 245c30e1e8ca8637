import type { HostEnvironment } from '../../../checks/context/host-environment.js';
import { expectedEnvironment, loadedLineFor } from '../../../checks/probes/service-probe.js';
import { byBotsClock, byItsClock, type ClockReading, clockShiftMs } from '../../../domain/clocks.js';
import type { VariableChange } from '../../../domain/release-plan.js';
import type { ServiceStatus } from '../../../hosts/host.js';
import type { StartPlan, StartProof } from '../../../hosts/managers/proof-of-start.js';
import { watchStart } from '../../../hosts/managers/watch-start.js';
import { isOn } from '../../../runbook/flag-state.js';
import { enableFlag } from '../../../runbook/strategy-contract.js';
import { failedStart, isHostError } from './problems.js';
import { statusBefore } from './restart.js';
import {
  earlier,
  type HostInPlan,
  hostOf,
  plainStep,
  readClockOf,
  readFiles,
  type StepContext,
} from './step.js';

const DEFAULT_WITHIN_SECS = 60;

/** Waits until the restart has led to a running service with the plan's values, or has failed. */
export const proveStartStep = plainStep(async (context) => {
  const inPlan = hostOf(context);
  const restart = earlier(context, 'restart', inPlan.host.name)?.before;
  if (restart === undefined || restart === null) throw new Error('there is no restart to prove');
  const proof = await proveStart(context, inPlan, statusBefore(restart), inPlan.plan.changes);
  if (proof.kind === 'failed_fast') return { kind: 'failed', problem: failedStart(inPlan.host.name, proof) };
  const { pid, provedAt, loadedLine = null } = proof;
  return { kind: 'done', after: { pid, provedAt: provedAt.toISOString(), loadedLine } };
});

/** A host that does not answer for a moment says nothing about the start. @throws HostError after `withinMs` */
async function lookWithin(
  context: StepContext,
  inPlan: HostInPlan,
  withinMs: number,
): Promise<readonly [HostEnvironment, ClockReading | undefined]> {
  const { clock, pace, interrupted: signal } = context;
  const until = clock.now() + withinMs;
  for (;;) {
    try {
      return await Promise.all([readFiles(context, inPlan), readClockOf(context, inPlan.host)]);
    } catch (error) {
      if (!isHostError(error) || signal.aborted || clock.now() >= until) throw error;
      await clock.sleep(pace.pollMs, signal);
    }
  }
}

/**
 * Watches a restart until the start is proved or has failed: against the files as they stand, and against these
 * changes of a plan.
 * @param restart the status before it, and when it was issued by the bot's clock.
 */
export async function proveStart(
  context: StepContext,
  inPlan: HostInPlan,
  restart: { readonly status: ServiceStatus; readonly at: Date },
  changes: readonly VariableChange[],
): Promise<Exclude<StartProof, { kind: 'not_yet' }>> {
  const { runbook, clock, pace, interrupted } = context;
  const { host, settings } = inPlan;
  const log = runbook.startLog;
  const restartSecMs = settings.service.restartSecs * 1000;
  const withinMs = restartSecMs + (log?.withinSecs ?? DEFAULT_WITHIN_SECS) * 1000;
  const [files, reading] = await lookWithin(context, inPlan, withinMs);
  // The host dates its log and its processes, so the proof goes by that clock altogether.
  const now = () => clock.now() + clockShiftMs(reading);
  const { status: before, at } = restart;
  const restartedAt = byItsClock(at, reading);
  const environment = new Map<string, string | undefined>(expectedEnvironment(runbook, files));
  for (const { variable, after } of changes) environment.set(variable, after ?? undefined);
  const waitedMs = now() - restartedAt.getTime();
  const plan: StartPlan = {
    before,
    restartedAt,
    environment,
    // A strategy that is off loads no model.
    loadedLine: isOn(runbook, environment.get(enableFlag(runbook)))
      ? log && loadedLineFor(log, runbook, files)
      : undefined,
    errorLines: log?.errorLines ?? [],
    restartSecMs,
    // From now: the restart may lie back, when another replica has taken over.
    timeoutMs: waitedMs + withinMs,
  };
  const time = {
    now: () => new Date(now()),
    sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
  };
  const proof = await watchStart(host.service, plan, {
    clock: time,
    pollMs: pace.pollMs,
    signal: interrupted,
  });
  return proof.kind === 'proved' ? { ...proof, provedAt: byBotsClock(proof.provedAt, reading) } : proof;
}
