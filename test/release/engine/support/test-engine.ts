import type pg from 'pg';
import type { ContentChange } from '../../../../src/domain/release-content.js';
import type { Verdict } from '../../../../src/domain/verdict.js';
import type { Host } from '../../../../src/hosts/host.js';
import { createHost } from '../../../../src/hosts/kinds/create-host.js';
import type { TargetHost } from '../../../../src/hosts/kinds/target-host.js';
import { refuseConfirmation } from '../../../../src/release/confirm-release.js';
import { auditedJournal } from '../../../../src/release/engine/audited-journal.js';
import { createStepRegistry, sharedPlacesNow } from '../../../../src/release/engine/create-engine.js';
import type { ReleaseEngine } from '../../../../src/release/engine/release-engine.js';
import { pruneArtefacts } from '../../../../src/release/engine/steps/prune-artefacts.js';
import type { ReleaseChecks } from '../../../../src/release/engine/steps/release-checks.js';
import type { StrategyFacts } from '../../../../src/release/engine/steps/step.js';
import { createStepJournal, type StepJournal } from '../../../../src/release/engine/steps/step-journal.js';
import type { ReleaseContext } from '../../../../src/release/release-context.js';
import type { Targets } from '../../../../src/runbook/targets.js';
import { readServerMoment } from '../../../../src/store/server-moment.js';
import { createTransact } from '../../../../src/store/transaction.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { type Clock, systemClock } from '../../../../src/time/clock.js';
import { checkRun, runWithoutData } from './check-run.js';

export interface TestEngineOptions {
  readonly pool: pg.Pool;
  readonly targets: Targets;
  readonly runbook: StrategyFacts;
  readonly wrapJournal?: (journal: StepJournal) => StepJournal;
  readonly wrapHost?: (host: Host) => Host;
  /** What the next runs find; GO unless told. */
  readonly verdicts?: { planned?: Verdict; checkpoint?: Verdict | 'LACKS_DATA' };
  /** By which a person is judged who confirms a release, and to which events go; unless given everybody may. */
  readonly context?: ReleaseContext;
  readonly changes?: readonly ContentChange[];
  /** The bot's; the system's unless given. */
  readonly clock?: Clock;
}

/** The engine over real hosts and a real database; only the checks' verdicts are given. */
export function createTestEngine(options: TestEngineOptions): ReleaseEngine {
  const { pool, targets, runbook, wrapJournal, wrapHost, verdicts = {}, changes = [] } = options;
  const transact = createTransact(async () => pool);
  const { context } = options;
  const plain = createStepJournal({ database: pool, transact });
  const journal = context === undefined ? plain : auditedJournal(plain, context.recordEvent, context.now);
  const hostOf = (settings: TargetHost): Host => {
    const host = createHost(settings);
    return wrapHost?.(host) ?? host;
  };
  const checks: ReleaseChecks = {
    planned: async ({ target }) => ({
      kind: 'run',
      run: checkRun('precheck', verdicts.planned ?? 'GO', target),
    }),
    differences: async () => changes,
    checkpoint: async ({ target }) => {
      const found = verdicts.checkpoint ?? 'GO';
      return found === 'LACKS_DATA' ? runWithoutData(target) : checkRun('verify', found, target);
    },
    run: async () => checkRun('precheck', 'GO', 'live'),
  };
  return {
    journal: wrapJournal?.(journal) ?? journal,
    steps: createStepRegistry(pool),
    hostOf,
    targets,
    runbook,
    checks,
    refuseConfirmation: async (release) =>
      context === undefined ? undefined : refuseConfirmation(context, release),
    sharedPlaces: sharedPlacesNow(hostOf, targets.every),
    clock: options.clock ?? systemClock,
    databaseNow: async () => (await readServerMoment(pool)).at,
    pace: { pollMs: 50, settleMs: 1_000, offMs: 2_000, retryCheckMs: 200 },
    prune: (release, target) =>
      pruneArtefacts(
        { database: pool, hostOf, everyTarget: targets.every, now: () => new Date() },
        release,
        target,
      ),
    logger: createLogger({ level: 'silent', to: 'stderr' }),
  };
}
