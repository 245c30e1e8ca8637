import { type HostEnvironment, readHostEnvironment } from '../../checks/context/host-environment.js';
import { expectedEnvironment, withValues } from '../../checks/probes/service-probe.js';
import type { VariableChange } from '../../domain/release-plan.js';
import type { ServiceStatus } from '../../hosts/host.js';
import type { StartPlan, StartProof } from '../../hosts/managers/proof-of-start.js';
import { watchStart } from '../../hosts/managers/watch-start.js';
import { enableFlag } from '../../runbook/strategy-contract.js';
import { isOn } from './enable-flag.js';
import { isHostError } from './problems.js';
import type { HostInPlan, StepContext } from './step.js';

const READ_TIMEOUT_MS = 10_000;
const DEFAULT_WITHIN_SECS = 60;

/** A host that does not answer for a moment says nothing about the start. @throws HostError after `withinMs` */
async function readFilesWithin(
  { clock, pace, interrupted: signal }: StepContext,
  { host, settings }: Pick<HostInPlan, 'host' | 'settings'>,
  withinMs: number,
): Promise<HostEnvironment> {
  const until = clock.now() + withinMs;
  for (;;) {
    try {
      return await readHostEnvironment(host, settings, { timeoutMs: READ_TIMEOUT_MS, signal });
    } catch (error) {
      if (!isHostError(error) || signal.aborted || clock.now() >= until) throw error;
      await clock.sleep(pace.pollMs, signal);
    }
  }
}

/**
 * Watches a restart until the start is proved or has failed: against the files as they stand, and against these
 * changes of a plan.
 * @param restart the status before it, and when it was issued.
 */
export async function proveStart(
  context: StepContext,
  { host, settings }: HostInPlan,
  restart: { readonly status: ServiceStatus; readonly at: Date },
  changes: readonly VariableChange[],
): Promise<Exclude<StartProof, { kind: 'not_yet' }>> {
  const { runbook, clock, pace, interrupted } = context;
  const log = runbook.startLog;
  const restartSecMs = settings.service.restartSecs * 1000;
  const withinMs = restartSecMs + (log?.withinSecs ?? DEFAULT_WITHIN_SECS) * 1000;
  const files = await readFilesWithin(context, { host, settings }, withinMs);
  const { status: before, at: restartedAt } = restart;
  const environment = new Map<string, string | undefined>(expectedEnvironment(runbook, files));
  for (const { variable, after } of changes) environment.set(variable, after ?? undefined);
  const waitedMs = clock.now() - restartedAt.getTime();
  const plan: StartPlan = {
    before,
    restartedAt,
    environment,
    // A strategy that is off loads no model.
    loadedLine: isOn(runbook, environment.get(enableFlag(runbook)))
      ? log?.loadedLine.map((part) => withValues(part, runbook, files))
      : undefined,
    errorLines: log?.errorLines ?? [],
    restartSecMs,
    // From now: the restart may lie back, when another replica has taken over.
    timeoutMs: waitedMs + withinMs,
  };
  const time = {
    now: () => new Date(clock.now()),
    sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
  };
  return watchStart(host.service, plan, { clock: time, pollMs: pace.pollMs, signal: interrupted });
}
