import { THE_BOT } from '../../../domain/audit-event.js';
import type { CheckRun } from '../../../domain/check-run.js';
import { faultAmong, HOST_ERROR_CODES } from '../../../domain/host-fault.js';
import { type ContentChange, contentChanges } from '../../../domain/release-content.js';
import { hostsLeft } from '../../../domain/release-course.js';
import type { ReleaseRecord } from '../../../domain/release-record.js';
import type { ReleaseRequest } from '../../../domain/release-request.js';
import { HostError } from '../../../hosts/host.js';
import type { Target } from '../../../runbook/targets.js';
import { evidenceOf, judgePlan } from '../../check-plan.js';
import { refuseUnlessLoaded } from '../../configuration-hashes.js';
import type { ComposedPlan } from '../../draw-up-plan.js';
import { approvedContent, composeAgain } from '../../present-content.js';
import type { ReleaseContext } from '../../release-context.js';
import { findRequest } from '../../store/requests.js';
import { StagedElsewhereError } from './problems.js';

type Sources = Pick<ReleaseContext, 'sources' | 'targets' | 'checks' | 'runs' | 'database'>;

type Changed = Extract<Awaited<ReturnType<typeof composeAgain>>, { readonly kind: 'changed' }>;

/** The checks of a release over the same use cases that judged its plan. */
export function createReleaseChecks(context: Sources) {
  const { checks, runs } = context;
  return {
    /**
     * The pre-deploy run: judges what will stand, not what stands. `changed`: what was asked for cannot even be planned
     * any more. @throws HostError when a host is away; StagedElsewhereError
     */
    async planned(
      release: ReleaseRecord,
    ): Promise<Changed | { readonly kind: 'run'; readonly run: CheckRun }> {
      const { request, target } = await subjectOf(context, release);
      const composed = await composeOrThrow(context, request, target);
      if (composed.kind === 'changed') return composed;
      return { kind: 'run', run: (await judgePlan({ checks }, composed, target, THE_BOT)).run };
    },
    /** What differs between what was approved and what stands now; `run` is the pre-deploy run. @throws HostError */
    async differences(release: ReleaseRecord, run: CheckRun): Promise<readonly ContentChange[]> {
      const { request, target } = await subjectOf(context, release);
      const composed = await composeOrThrow(context, request, target);
      if (composed.kind === 'changed') return composed.changes;
      const present = { plan: composed.plan, evidence: evidenceOf(run) };
      const changes = contentChanges(approvedContent(request), present);
      const notLoaded = refuseUnlessLoaded(context, composed.plan);
      if (changes.length > 0 || notLoaded === undefined) return changes;
      const { code, facts } = notLoaded.refusal;
      return [{ part: 'plan', subject: `${code} ${facts?.file}`, before: '', after: code }];
    },
    /**
     * The post-deploy run, over the time since the new processes were seen.
     * @param canary the host that alone has the release; null: all of them have it.
     * @param keptIf between checkpoints, the verdict without which the run is not stored.
     */
    async checkpoint(
      release: ReleaseRecord,
      canary: string | null,
      signal: AbortSignal,
      keptIf?: 'NO_GO',
    ): Promise<CheckRun> {
      const { target } = await subjectOf(context, release);
      const names = canary === null ? hostsLeft(release) : [canary];
      const hosts = target.hosts.filter(({ name }) => names.includes(name));
      const subject = { ...target, hosts };
      const partial = hosts.length < target.hosts.length;
      const asked = { kind: 'verify', target: subject, partial, requestedBy: THE_BOT, signal } as const;
      return (await checks.run(keptIf === undefined ? asked : { ...asked, keptIf })).run;
    },
    /** A run that an earlier step left behind. */
    run: (runId: string) => runs.get(runId),
  };
}

/** The checks of a release, as the engine asks for them. */
export type ReleaseChecks = ReturnType<typeof createReleaseChecks>;

/** @throws HostError where a host cannot be looked at: then nobody knows whether anything has changed. */
async function composeOrThrow(
  context: Sources,
  request: ReleaseRequest,
  target: Target,
): Promise<ComposedPlan | Changed> {
  const composed = await composeAgain(context, request, target);
  if (composed.kind !== 'unknown') return composed;
  const { code, facts = {} } = composed.refusal;
  if (code === 'staged_elsewhere') throw new StagedElsewhereError(facts.name ?? '', facts.folder ?? '');
  const known = HOST_ERROR_CODES.find((one) => one === facts.code) ?? 'unreachable';
  const silent = { code: 'host_silent', facts: { host: facts.host ?? '' } } as const;
  throw new HostError(known, faultAmong(facts) ?? silent);
}

async function subjectOf(
  context: Sources,
  { requestId, target: name }: ReleaseRecord,
): Promise<{ readonly request: ReleaseRequest; readonly target: Target }> {
  const request = await findRequest(context, requestId);
  const target = context.targets.targets.get(name);
  if (request === undefined) throw new Error(`there is no request ${requestId}`);
  if (target === undefined) throw new Error(`the targets file has no target ${name} any more`);
  return { request, target };
}
