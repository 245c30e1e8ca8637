import type { CheckService } from '../checks/check-service.js';
import type { KillSwitchServices } from '../halt/kill-switch-services.js';
import type { SubjectChanged } from '../messages/subject.js';
import type { Target, Targets } from '../runbook/targets.js';
import type { StandingWatch } from '../runbook/targets-schema.js';
import type { Queryable } from '../store/queryable.js';
import type { Transact } from '../store/transaction.js';
import type { Logger } from '../telemetry/logger.js';
import type { RecordWatchEvent } from './watch-events.js';

/** What the watch of a strategy's targets stands on. */
export interface WatchContext {
  readonly strategy: string;
  readonly targets: Pick<Targets, 'targets'>;
  /** In the place of each target's own interval: for trials. */
  readonly everySecs: number | undefined;
  readonly database: Queryable;
  /** Where jobs are added. */
  readonly transact: Transact;
  readonly subjectChanged: SubjectChanged;
  readonly record: RecordWatchEvent;
  readonly newId: () => string;
}

/** What a bot has besides: it looks, and acts. */
export interface LookingContext extends WatchContext {
  readonly checks: Pick<CheckService, 'run'>;
  /** Whether every host of the target was seen off just now. */
  readonly isOff: (target: Target) => Promise<boolean>;
  readonly killSwitch: Pick<KillSwitchServices['killSwitch'], 'start' | 'running'>;
  readonly announceHalt: KillSwitchServices['announceHalt'];
  /** Tells whoever waits for it that the watch of a target is alive. Waits for nothing. */
  readonly beat: (target: Target) => void;
  readonly homeChanged: () => void;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** How a target is watched; undefined: it is not. */
export function policyOf(
  { targets, everySecs }: Pick<WatchContext, 'targets' | 'everySecs'>,
  name: string,
): { readonly target: Target; readonly policy: StandingWatch } | undefined {
  const target = targets.targets.get(name);
  const policy = target?.standingWatch;
  if (target === undefined || policy === undefined) return undefined;
  return { target, policy: { ...policy, everySecs: everySecs ?? policy.everySecs } };
}
