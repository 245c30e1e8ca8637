import type { EventToRecord } from '../audit/audit-trail.js';
import type { CheckService } from '../checks/check-service.js';
import type { AcknowledgementStore } from '../checks/store/acknowledgements.js';
import type { RunStore } from '../checks/store/run-store.js';
import type { Person } from '../domain/person.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import type { ReleaseRequest } from '../domain/release-request.js';
import type { SubjectChanged } from '../messages/subject.js';
import type { Targets } from '../runbook/targets.js';
import type { Queryable } from '../store/queryable.js';
import type { Transact } from '../store/transaction.js';
import type { Access } from './access.js';
import type { Approvers } from './approvers.js';
import type { PlanSources } from './draw-up-plan.js';
import type { Promotions } from './promotion.js';
import type { ReleaseQueue } from './release-jobs.js';

/** What happens to requests and locks, for the audit trail. */
export type ReleaseEventKind =
  | 'release.requested'
  | 'release.refused'
  | 'release.approved'
  | 'release.rejected'
  | 'release.approval_taken_back'
  | 'release.approvals_dropped'
  | 'release.evidence_renewed'
  | 'release.quorum_reached'
  | 'release.quorum_lost'
  | 'release.withdrawn'
  | 'release.expired'
  | 'release.invalidated'
  | 'release.superseded'
  | 'release.started'
  | 'release.step'
  /** What became of a step's work after its end: a dead man armed anew, or disarmed. */
  | 'release.step_amended'
  | 'release.state'
  | 'release.cancel_requested'
  | 'release.step_answered'
  | 'release.host_given_up'
  | 'release.put_back_retried'
  | 'release.looked_at'
  | 'release.confirmation_given'
  | 'release.confirmation_refused'
  | 'release.glass_broken'
  | 'release.glass_reviewed'
  | 'lock.taken'
  | 'lock.released'
  | 'lock.refused';

export interface ReleaseEvent extends EventToRecord {
  readonly kind: ReleaseEventKind;
  readonly target: string;
}

/** Writes to the audit trail. Must not fail what it records: a trail that is away keeps its own journal. */
export type RecordEvent = (event: ReleaseEvent) => Promise<void>;

/** What the use cases of a release share. */
export interface ReleaseContext {
  readonly sources: PlanSources;
  readonly targets: Pick<Targets, 'file' | 'targets' | 'groups' | 'roles' | 'accounts'>;
  readonly checks: Pick<CheckService, 'run'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly acknowledgements: Pick<AcknowledgementStore, 'acknowledge' | 'acknowledgedWarnings'>;
  readonly database: Queryable;
  readonly transact: Transact;
  readonly queue: Pick<ReleaseQueue, 'enqueue' | 'expireAt' | 'wake' | 'lookAtDeadline'>;
  readonly subjectChanged: SubjectChanged;
  readonly access: Access;
  readonly approvers: Approvers;
  readonly promotions: Promotions;
  readonly recordEvent: RecordEvent;
  readonly now: () => Date;
  /** The moment by the clock of the bot's database, which every time limit is counted and kept by. */
  readonly databaseNow: (client: Queryable) => Promise<Date>;
  readonly newId: () => string;
}

interface EventFacts extends Pick<ReleaseEvent, 'kind' | 'target' | 'actor'> {
  readonly reason?: string | undefined;
  readonly details?: ReleaseEvent['details'];
}

/** Writes an event of this strategy, now. */
export function recordNow(
  context: Pick<ReleaseContext, 'sources' | 'now' | 'recordEvent'>,
  { details = {}, ...facts }: EventFacts,
): Promise<void> {
  const { strategy } = context.sources.runbook;
  return context.recordEvent({ ...facts, strategy, at: context.now().toISOString(), details });
}

/** Records that somebody was refused, and hands the refusal back. */
export async function refuseAndRecord(
  context: ReleaseContext,
  refusal: Refused,
  about: {
    readonly target: string;
    readonly actor: Person;
    readonly requestId?: string;
    readonly act: string;
  },
): Promise<Refused> {
  const { target, actor, requestId = null, act } = about;
  const { code, facts = {} } = refusal.refusal;
  await recordNow(context, {
    kind: 'release.refused',
    target,
    actor,
    details: { act, requestId, code, facts },
  });
  return refusal;
}

/** The target of a request as the targets file has it now. */
export function targetOf(
  context: Pick<ReleaseContext, 'targets'>,
  { target }: Pick<ReleaseRequest, 'target'>,
) {
  return context.targets.targets.get(target);
}

/** @returns a refusal where the person does not hold the role. */
export async function refuseUnlessRole(
  context: Pick<ReleaseContext, 'access'>,
  role: Parameters<Access['mayAct']>[0],
  person: Person,
): Promise<Refused | undefined> {
  const answer = await context.access.mayAct(role, person, { fresh: true });
  return answer.kind === 'allowed' ? undefined : refused('not_allowed', { who: answer.who.join(', ') });
}
