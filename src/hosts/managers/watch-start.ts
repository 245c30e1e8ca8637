import { HostError, type LogLine, type ServiceManager } from '../host.js';
import {
  evaluateProofOfStart,
  lifeOf,
  logSince,
  type StartObservation,
  type StartPlan,
  type StartProof,
  searchFor,
} from './proof-of-start.js';

/** Time as the watcher needs it; `sleep` ends early when the signal does. */
interface Clock {
  now(): Date;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

interface WatchStartOptions {
  readonly clock: Clock;
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
  /** Called after each look, with what is still missing. */
  readonly onProgress?: (proof: StartProof) => void;
}

type WatchedService = Pick<ServiceManager, 'status' | 'logs' | 'processEnvironment' | 'processFacts'>;

const DEFAULT_POLL_MS = 500;

/**
 * Looks at a service until its start is proved or has failed. A host that does not answer for a while is asked
 * again: only the plan's own time-out ends that.
 * @throws HostError `cancelled`, `not_configured`
 */
export async function watchStart(
  service: WatchedService,
  plan: StartPlan,
  { clock, pollMs = DEFAULT_POLL_MS, signal, onProgress }: WatchStartOptions,
): Promise<Exclude<StartProof, { kind: 'not_yet' }>> {
  const observations: StartObservation[] = [];
  for (;;) {
    const observation = await observe(service, plan, observations, { clock, signal });
    if (observation !== undefined) observations.push(observation);
    const proof = evaluateProofOfStart(plan, observations, clock.now());
    onProgress?.(proof);
    if (proof.kind !== 'not_yet') return proof;
    await clock.sleep(pollMs, signal);
  }
}

async function observe(
  service: WatchedService,
  plan: StartPlan,
  earlier: readonly StartObservation[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal | undefined },
): Promise<StartObservation | undefined> {
  const call = signal === undefined ? {} : { signal };
  const status = await unlessAway(service.status(call));
  if (status === undefined) return undefined;
  const since = logSince(plan, [...earlier, { status }]);
  const { mainPid } = status;
  const [environment, facts] = await Promise.all([
    mainPid === 0
      ? undefined
      : unlessAway(service.processEnvironment(mainPid, [...plan.environment.keys()], call)),
    mainPid === 0 ? undefined : unlessAway(service.processFacts(mainPid, { ...call, asksGroup: true })),
  ]);
  const life = lifeOf(facts);
  const find = searchFor(plan, status, life.hasEnded);
  const log = await unlessAway<readonly LogLine[]>(service.logs({ ...call, since, find }));
  return { at: clock.now(), status, log: log ?? [], environment, ...life };
}

/** undefined for a fault that may pass; a call that was cancelled, or cannot work at all, is an error. */
async function unlessAway<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const isFinal =
      !(error instanceof HostError) || error.code === 'cancelled' || error.code === 'not_configured';
    if (isFinal) throw error;
    return undefined;
  }
}
