import { THE_BOT } from '../../domain/audit-event.js';
import { type ContentChange, contentChanges } from '../../domain/release-content.js';
import type { ReleaseRecord } from '../../domain/release-record.js';
import type { ReleaseRequest } from '../../domain/release-request.js';
import { HOST_ERROR_CODES, HostError } from '../../hosts/host.js';
import type { Target } from '../../runbook/targets.js';
import { evidenceOf, judgePlan } from '../check-plan.js';
import { refuseUnlessLoaded } from '../configuration-hashes.js';
import { type ComposedPlan, composePlan } from '../draw-up-plan.js';
import { approvedContent, changeOf, weightiestOf } from '../present-content.js';
import type { ReleaseContext } from '../release-context.js';
import { findRequest } from '../store/requests.js';
import type { ReleaseChecks } from './step.js';

type Sources = Pick<ReleaseContext, 'sources' | 'targets' | 'checks' | 'runs' | 'database'>;

/** The checks of a release over the same use cases that judged its plan. */
export function createReleaseChecks(context: Sources): ReleaseChecks {
  const { sources, checks, runs } = context;
  return {
    async planned(release) {
      const { request, target } = await subjectOf(context, release);
      const composed = await composeAgain(request, target, sources);
      if (composed.kind === 'changed') return { kind: 'refused', changes: composed.changes };
      return { kind: 'run', run: (await judgePlan({ checks }, composed, target, THE_BOT)).run };
    },
    async differences(release, run) {
      const { request, target } = await subjectOf(context, release);
      const composed = await composeAgain(request, target, sources);
      if (composed.kind === 'changed') return composed.changes;
      const present = { plan: composed.plan, evidence: evidenceOf(run) };
      const changes = contentChanges(approvedContent(request), present);
      const notLoaded = refuseUnlessLoaded(context, composed.plan);
      if (changes.length > 0 || notLoaded === undefined) return changes;
      const { code, facts } = notLoaded.refusal;
      return [{ part: 'plan', subject: `${code} ${facts?.file}`, before: '', after: code }];
    },
    async checkpoint(release, canary, signal) {
      const { target } = await subjectOf(context, release);
      const hosts = target.hosts.filter(({ name }) => canary === null || name === canary);
      const subject = { ...target, hosts };
      const partial = hosts.length < target.hosts.length;
      const asked = { kind: 'verify', target: subject, partial, requestedBy: THE_BOT, signal } as const;
      return (await checks.run(asked)).run;
    },
    run: (runId) => runs.get(runId),
  };
}

/** @throws HostError where a host cannot be looked at: then nobody knows whether anything has changed. */
async function composeAgain(
  request: ReleaseRequest,
  target: Target,
  sources: Sources['sources'],
): Promise<ComposedPlan | { readonly kind: 'changed'; readonly changes: readonly ContentChange[] }> {
  const composed = await composePlan(request.wish, target, sources);
  if (composed.kind === 'plan') return composed;
  const { code, facts = {} } = weightiestOf(composed.refusals);
  if (code === 'host_error') {
    const known = HOST_ERROR_CODES.find((one) => one === facts.code) ?? 'unreachable';
    throw new HostError(known, facts.host ?? '', facts.detail ?? '');
  }
  return { kind: 'changed', changes: composed.refusals.map((refusal) => changeOf(refusal, request)) };
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
