import { selectRevokingRun } from '../checks/store/check-runs.js';
import type { CheckRun } from '../domain/check-run.js';
import { type BoundContent, type ContentChange, contentChanges } from '../domain/release-content.js';
import { type Refused, type ReleaseRefusal, refused } from '../domain/release-refusal.js';
import type { ReleaseRequest } from '../domain/release-request.js';
import type { Queryable } from '../store/queryable.js';
import { evidenceOf } from './check-plan.js';
import { refuseUnlessLoaded } from './configuration-hashes.js';
import { type ComposedPlan, composePlan } from './draw-up-plan.js';
import type { ReleaseContext } from './release-context.js';

type PresentContent =
  /** What was approved is what stands. */
  | { readonly kind: 'same'; readonly composed: ComposedPlan; readonly run: CheckRun }
  | { readonly kind: 'changed'; readonly changes: readonly ContentChange[] }
  /** It cannot be judged here and now, e.g. a host is away: nothing is decided. */
  | { readonly kind: 'unknown'; readonly refusal: ReleaseRefusal };

type Sources = Pick<ReleaseContext, 'sources' | 'targets' | 'runs'>;

/** Works out again, from the present state of files, hosts and evidence, what a request is for. */
export async function readPresentContent(context: Sources, request: ReleaseRequest): Promise<PresentContent> {
  const target = context.targets.targets.get(request.target);
  if (target === undefined)
    return { kind: 'changed', changes: [{ part: 'hosts', before: request.target, after: '' }] };
  const [composed, run] = await Promise.all([
    composePlan(request.wish, target, context.sources),
    context.runs.get(request.checkRunId),
  ]);
  if (composed.kind === 'refused') {
    const refusal = weightiestOf(composed.refusals);
    if (refusal.code === 'host_error') return { kind: 'unknown', refusal };
    return { kind: 'changed', changes: composed.refusals.map((refusal) => changeOf(refusal, request)) };
  }
  const evidence = run === undefined ? { checkRunId: request.checkRunId, outcomes: [] } : evidenceOf(run);
  const changes = contentChanges(approvedContent(request), { plan: composed.plan, evidence });
  if (changes.length > 0 || run === undefined) return { kind: 'changed', changes };
  const notLoaded = refuseUnlessLoaded(context, composed.plan);
  return notLoaded === undefined
    ? { kind: 'same', composed, run }
    : { kind: 'unknown', refusal: notLoaded.refusal };
}

/** A later run that is worse revokes the GO of a request, until its evidence is renewed. */
export async function refuseIfRevoked(database: Queryable, run: CheckRun): Promise<Refused | undefined> {
  const worse = await selectRevokingRun(database, run);
  if (worse === undefined) return undefined;
  const { kind, verdict, asOf } = worse;
  return refused('verdict_revoked', { run: kind, verdict, since: asOf.toISOString() });
}

/** A host that is away comes first: while it is, nobody knows whether anything has changed. */
export function weightiestOf(refusals: readonly ReleaseRefusal[]): ReleaseRefusal {
  const away = refusals.find(({ code }) => code === 'host_error');
  return away ?? refusals[0] ?? { code: 'content_changed' };
}

export const approvedContent = ({ plan, evidence }: ReleaseRequest): BoundContent => ({ plan, evidence });

/** A plan that could be made and now cannot: what it is about has changed. */
export function changeOf({ code, facts = {} }: ReleaseRefusal, { plan }: ReleaseRequest): ContentChange {
  if (code.startsWith('artefact_')) {
    const part = facts.name === plan.binary?.name ? 'binary' : 'model';
    const before = (part === 'binary' ? plan.binary : plan.model)?.sha256 ?? '';
    return { part, subject: facts.name ?? '', before, after: '' };
  }
  const host = facts.host === undefined ? {} : { host: facts.host };
  return { part: 'plan', ...host, subject: facts.file ?? facts.variable ?? code, before: '', after: code };
}
