import { z } from 'zod';
import type { ValueOf } from './value-of.js';

/** Every reason why a release is not planned, requested, approved or started; `views/text` writes the sentences. */
const RELEASE_REFUSALS = [
  // The plan
  /** Facts: `name`. A name that is no plain file name. */
  'bad_artefact_name',
  /** Facts: `name`, `folder`. */
  'artefact_missing',
  /** Facts: `name`. It leads outside of the staging folder, or is no regular file. */
  'artefact_not_a_file',
  /** Facts: `name`. */
  'artefact_empty',
  /** Facts: `name`, `most`. */
  'artefact_too_large',
  /** Facts: `name`. It, or what describes it, cannot be read by the bot. */
  'artefact_not_readable',
  'no_staging_folder',
  /** Facts: `host`. The targets file does not say where models go. */
  'no_models_folder',
  /** Facts: `host`. */
  'no_binary_path',
  /** The runbook names no variable of a model. */
  'no_model_variable',
  'version_missing',
  /** A version, but no model to go with it. */
  'version_without_model',
  'reason_missing',
  /** Reason and values together are more than a form can carry. */
  'too_much_text',
  'nothing_to_do',
  /** Facts: `variable`, `nearest`. */
  'unknown_variable',
  /** Facts: `variable`. The plan sets it from the model. */
  'variable_from_model',
  /** Facts: `variable`, `value`, `fault`, `expected`, `nearest`. */
  'bad_value',
  /** A release turns the strategy on; turning it off is a rollback. */
  'release_turns_on',
  /** Facts: `host`, `variable`, `file`. A later layer sets it too, so the change would have no effect. */
  'overridden_by_layer',
  /** Facts: `host`, `file`. systemd would refuse the file, or it cannot be edited safely. */
  'unsafe_environment_file',
  /** Facts: `host`, `code`, `detail`: a HostError. */
  'host_error',
  /** The runbook or targets file on disk is not the one that the bot loaded. Facts: `file`. */
  'configuration_changed',
  /** What was planned does not lie on this bot's machine; it may on another's. Facts: `name`, `folder`. */
  'staged_elsewhere',
  // The request
  /** Facts: `verdict`. */
  'verdict_forbids',
  /** The checks of the plan said GO, and are too old by now. */
  'verdict_expired',
  /** Facts: `subjects`: checks, or `drift`. */
  'not_acknowledged',
  /** Facts: `target`, `host`, `path`, `own`: the release changes what another target runs. */
  'changes_other_target',
  /** Facts: `check`, `outcome`: break-glass needs a model that passes. */
  'model_not_proved',
  'run_not_stored',
  /** Facts: `by`, `state`, and `who` may supersede it. */
  'request_exists',
  /** Facts: `by`, `since`, `reason`, `until` where the lock has an end. */
  'target_locked',
  /** Facts: `by`, `requestId`. */
  'review_pending',
  /** The target's policy names nobody. */
  'nobody_may_approve',
  /** The targets file names no channel for the request. */
  'no_reports_channel',
  /** Facts: `who`. */
  'not_allowed',
  /** Facts: `account`: of a terminal, tied to nobody in Slack, who could approve their own request. */
  'requester_unknown',
  /** Facts: `until`, `reason` of the freeze window. */
  'frozen',
  /**
   * Facts: `from`, `name`, `why` (`too_little`, `never_confirmed`, `no_go`, `rolled_back`), `since` and `run` of what spoke
   * against it; `done` and `wanted` with their `unit`, `entries`, `wantedEntries`.
   */
  'not_promoted',
  /** Facts: `from`, `code`: why nobody can tell. */
  'promotion_unknown',
  // Decisions
  'request_unknown',
  /** Facts: `state`. */
  'request_closed',
  /** The button belongs to an older content of the request. */
  'request_renewed',
  'self_approval',
  /** Who asked for the release wants to reject it. */
  'withdraw_instead',
  'not_active_member',
  'not_an_approver',
  'evidence_expired',
  /** Facts: `run` (its kind), `verdict`, `since`: a later run that is worse. */
  'verdict_revoked',
  'content_changed',
  'nothing_to_take_back',
  'not_yours_to_withdraw',
  'quorum_not_reached',
  'release_running',
  /** Facts: `target`, `path`: a release of another target on the machine is at work, with the same file. */
  'shared_at_work',
  /** Facts: `by`, `since`. The kill switch goes before every release. */
  'halted_since',
  'only_in_slack',
  /** Facts: `by`. Who broke the glass does not review it. */
  'own_break_glass',
  // A release that lacks only data at its end
  /** It does not wait for that, or no longer. */
  'nothing_to_confirm',
  /** Facts: `checks`: those that were worse when they ran once more. */
  'more_than_data_missing',
  // A release that is stuck
  /** No release of the target is under way. */
  'nothing_under_way',
  /** Facts: `host`, `hosts`: those of the release that nobody has given up. */
  'host_not_in_release',
  /** Nothing waits for a put-back or for a person's look. */
  'nobody_must_look',
  // Locks
  /** The same facts. */
  'already_locked',
  'not_locked',
  /** Facts: `by`. */
  'lock_of_another',
] as const;
export type ReleaseRefusalCode = (typeof RELEASE_REFUSALS)[number];

export const releaseRefusalSchema = z.object({
  code: z.enum(RELEASE_REFUSALS),
  /** Names, numbers as text; times as RFC 3339. Never a secret. */
  facts: z.record(z.string(), z.string()).exactOptional(),
});
export type ReleaseRefusal = ValueOf<typeof releaseRefusalSchema>;

export interface Refused {
  readonly kind: 'refused';
  readonly refusal: ReleaseRefusal;
}

export const refused = (code: ReleaseRefusalCode, facts?: Readonly<Record<string, string>>): Refused => ({
  kind: 'refused',
  refusal: facts === undefined ? { code } : { code, facts },
});
