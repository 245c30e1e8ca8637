import type { DeployWish } from '../src/domain/deploy-wish.js';
import type { Access } from '../src/release/access.js';
import type { CheckedPlan } from '../src/release/check-plan.js';
import type { ReleaseAnswers } from '../src/release/engine/release-answers.js';
import type { ReleaseService } from '../src/release/release-service.js';
import type { Runbook } from '../src/runbook/runbook.js';
import type { Target, Targets } from '../src/runbook/targets.js';
import type { PlanView } from '../views/release-plan.js';

/** What the commands of a release need. */
export interface DeployServices {
  readonly runbook: Pick<Runbook, 'strategy' | 'envPrefix' | 'flag' | 'model' | 'variables'>;
  readonly targets: Targets;
  readonly releases: ReleaseService;
  readonly answers: ReleaseAnswers;
  readonly access: Pick<Access, 'mayAct'>;
  /** To be called when something that the Home shows has changed. Absent in a terminal. */
  readonly homeChanged?: () => void;
  readonly now: () => Date;
  /** Those of all strategies; absent: this is the only one. */
  readonly everyStrategy?: () => readonly DeployServices[];
}

/** A judged plan as its view needs it. */
export function planViewOf(
  { plan, run, promotion, frozen }: CheckedPlan,
  wish: DeployWish,
  { approval, watch }: Target,
  { runbook }: Pick<DeployServices, 'runbook'>,
): PlanView {
  const { envPrefix } = runbook;
  const { modelVersion } = wish;
  return { plan, run, modelVersion, approval, watch, envPrefix, promotion, frozen };
}
