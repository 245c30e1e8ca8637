import { z } from 'zod';
import { checkResultSchema } from './check-run.js';
import { factsSchema } from './reason.js';
import type { ValueOf } from './value-of.js';

/** Why a start counts as failed. */
export type FailFastReason = 'exited' | 'restart_loop' | 'error_line' | 'frozen' | 'timed_out';

/** Why a step failed or is unclear, and why a release ended: one closed list; `views/text` writes the sentences. */
export const RELEASE_PROBLEMS = [
  /** Facts: `by`, `reason`, `since`, `until` where the lock has an end. */
  'target_locked',
  /** Facts: `releaseId`. */
  'other_release_holds_lock',
  /** Facts: `verdict`, `runId`, `checks`: ids of what decided; `hosts` that could not be looked at, and how many checks were `blind` for it. */
  'verdict_forbids',
  /** Facts: `changes`: part, host and subject of each. */
  'content_changed',
  /** Facts: `host`, `code`, `detail`: a HostError. */
  'host_error',
  /** What is brought does not lie on the machine of the bot that looked; another one may have it. Facts: `name`, `folder`. */
  'staged_elsewhere',
  /** Facts: `host`, `path`. */
  'changed_since_plan',
  /** Another target has come to run it since the plan. Facts: `host`, `target`, `path`. */
  'changes_other_target',
  /** Facts: `host`, a FailFastReason as `reason`, or `restart_refused`, `exitStatus`, `missing`, `variables`. */
  'failed_fast',
  /** Facts: `differences`: one line each. */
  'hosts_differ',
  /** Facts: `host`, `what`: what a person has to look at. */
  'effect_unclear',
  /** Neither proved off nor stopped. Facts: `host`. */
  'not_off',
  /** Facts: `confirmBy`. */
  'deadline_passed',
  /** Facts: `host`, `detail`. */
  'dead_man_not_armed',
  /** Facts: `confirmBy`, `hosts`: where it turned the flag off, `stopped`: where it stopped the service. */
  'dead_man_acted',
  /** Facts: `by`, `reason`. */
  'cancelled_by_person',
  /** It cannot go on without a host that was given up. Facts: `host`, `by`. */
  'host_given_up',
  /** The checks before the deploy ran, and their run is not to be found. */
  'run_missing',
  /** The step ended in a way that nobody foresaw. Facts: `detail`; of a database `database`, `databaseFault` and its facts; of the system `errno`, `call`, `subject`. */
  'unexpected',
] as const;
export type ReleaseProblemCode = (typeof RELEASE_PROBLEMS)[number];

export const releaseProblemSchema = z.object({
  code: z.enum(RELEASE_PROBLEMS),
  /** Never a secret: what comes from a host is redacted before it gets here. */
  facts: factsSchema,
  /** Log lines, redacted. */
  quotes: z.array(z.string()).exactOptional(),
  /** The checks that decided, as far as their sentences need them; a release of an earlier version names them in `facts` alone. */
  checks: z
    .array(
      checkResultSchema.pick({
        id: true,
        section: true,
        title: true,
        outcome: true,
        reason: true,
        besides: true,
        says: true,
        observed: true,
      }),
    )
    .exactOptional(),
});
export type ReleaseProblem = ValueOf<typeof releaseProblemSchema>;
