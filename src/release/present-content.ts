import { selectCheckRun } from '../checks/store/check-runs.js';
import type { CheckRun } from '../domain/check-run.js';
import { type BoundContent, type ContentChange, contentChanges } from '../domain/release-content.js';
import { type Refused, type ReleaseRefusal, refused } from '../domain/release-refusal.js';
import type { ReleaseRequest } from '../domain/release-request.js';
import { verdictAt } from '../domain/verdict.js';
import type { Target } from '../runbook/targets.js';
import type { Queryable } from '../store/queryable.js';
import { evidenceOf } from './check-plan.js';
import { refuseUnlessLoaded } from './configuration-hashes.js';
import { type ComposedPlan, composePlan, type PlanRefused } from './draw-up-plan.js';
import type { ReleaseContext } from './release-context.js';

type Unsettled =
  | { readonly kind: 'changed'; readonly changes: readonly ContentChange[] }
  /** It cannot be judged here and now, e.g. a host is away: nothing is decided. */
  | { readonly kind: 'unknown'; readonly refusal: ReleaseRefusal };

type Sources = Pick<ReleaseContext, 'sources' | 'targets' | 'runs'>;

/**
 * Works out again, from the present state of files, hosts and evidence, what a request is for.
 * @returns `same`: what was approved is what stands
 */
export async function readPresentContent(
  context: Sources,
  request: ReleaseRequest,
): Promise<Unsettled | { readonly kind: 'same'; readonly run: CheckRun }> {
  const target = context.targets.targets.get(request.target);
  if (target === undefined)
    return { kind: 'changed', changes: [{ part: 'hosts', before: request.target, after: '' }] };
  const [composed, run] = await Promise.all([
    composeAgain(context, request, target),
    context.runs.get(request.checkRunId),
  ]);
  if (composed.kind !== 'plan') return composed;
  const evidence = run === undefined ? { checkRunId: request.checkRunId, outcomes: [] } : evidenceOf(run);
  const changes = contentChanges(approvedContent(request), { plan: composed.plan, evidence });
  if (changes.length > 0 || run === undefined) return { kind: 'changed', changes };
  const notLoaded = refuseUnlessLoaded(context, composed.plan);
  return notLoaded === undefined ? { kind: 'same', run } : { kind: 'unknown', refusal: notLoaded.refusal };
}

/** The plan of a request as it is now. `unknown`: nobody knows here whether anything has changed, e.g. a host is away. */
export async function composeAgain(
  { sources }: Pick<Sources, 'sources'>,
  request: ReleaseRequest,
  target: Target,
): Promise<ComposedPlan | Unsettled> {
  const composed = await composePlan(request.wish, target, sources);
  if (composed.kind === 'plan') return composed;
  const refusal = composed.refusals.find(({ code }) => code === 'host_error');
  if (refusal !== undefined) return { kind: 'unknown', refusal };
  const missing = missingHere(composed);
  if (missing !== undefined) return { kind: 'unknown', refusal: missing };
  return { kind: 'changed', changes: composed.refusals.map((each) => changeOf(each, request)) };
}

/** A file that was staged lies on one machine; a bot of another one knows nothing of it, and decides nothing. */
export function missingHere({ refusals }: PlanRefused): ReleaseRefusal | undefined {
  const facts = refusals.find(({ code }) => code === 'artefact_missing')?.facts;
  return facts && { code: 'staged_elsewhere', facts };
}

/** A verdict that has expired is no basis for a decision, until the evidence is renewed. */
export function refuseIfExpired({ verdict, validUntil }: CheckRun, now: Date): Refused | undefined {
  const present = verdictAt(verdict, new Date(validUntil), now);
  return present === 'HOLD' || present === 'NO_GO' ? refused('evidence_expired') : undefined;
}

/** A later run that is worse revokes the GO of a request, until its evidence is renewed. Read now, whatever was known before. */
export async function refuseIfRevoked(database: Queryable, run: CheckRun): Promise<Refused | undefined> {
  const worse = (await selectCheckRun(database, run.runId))?.revokedBy;
  if (worse === undefined) return undefined;
  return refused('verdict_revoked', { run: worse.kind, verdict: worse.verdict, since: worse.asOf });
}

export const approvedContent = ({ plan, evidence }: ReleaseRequest): BoundContent => ({ plan, evidence });

/** A plan that could be made and now cannot: what it is about has changed. */
function changeOf({ code, facts = {} }: ReleaseRefusal, { plan }: ReleaseRequest): ContentChange {
  if (code.startsWith('artefact_')) {
    const part = facts.name === plan.binary?.name ? 'binary' : 'model';
    const before = (part === 'binary' ? plan.binary : plan.model)?.sha256 ?? '';
    return { part, subject: facts.name ?? '', before, after: '' };
  }
  const subject = facts.file ?? facts.variable ?? code;
  return { part: 'plan', host: facts.host, subject, before: '', after: code };
}
