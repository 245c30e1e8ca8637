import type pg from 'pg';
import type { ContentChange } from '../../../../src/domain/release-content.js';
import type { Verdict } from '../../../../src/domain/verdict.js';
import type { Host } from '../../../../src/hosts/host.js';
import { createHost } from '../../../../src/hosts/kinds/create-host.js';
import type { TargetHost } from '../../../../src/hosts/kinds/target-host.js';
import { createStepRegistry } from '../../../../src/release/engine/create-engine.js';
import type { ReleaseEngine } from '../../../../src/release/engine/release-engine.js';
import { pruneArtefacts } from '../../../../src/release/engine/steps/kept-artefact.js';
import type { ReleaseChecks } from '../../../../src/release/engine/steps/release-checks.js';
import type { StrategyFacts } from '../../../../src/release/engine/steps/step.js';
import { createStepJournal, type StepJournal } from '../../../../src/release/engine/steps/step-journal.js';
import type { Targets } from '../../../../src/runbook/targets.js';
import { createTransact } from '../../../../src/store/transaction.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { systemClock } from '../../../../src/time/clock.js';
import { checkRun } from './check-run.js';

export interface TestEngineOptions {
  readonly pool: pg.Pool;
  readonly targets: Targets;
  readonly runbook: StrategyFacts;
  readonly wrapJournal?: (journal: StepJournal) => StepJournal;
  readonly wrapHost?: (host: Host) => Host;
  /** What the next runs find; GO unless told. */
  readonly verdicts?: { planned?: Verdict; checkpoint?: Verdict };
  readonly changes?: readonly ContentChange[];
}

/** The engine over real hosts and a real database; only the checks' verdicts are given. */
export function createTestEngine(options: TestEngineOptions): ReleaseEngine {
  const { pool, targets, runbook, wrapJournal, wrapHost, verdicts = {}, changes = [] } = options;
  const transact = createTransact(async () => pool);
  const journal = createStepJournal({ database: pool, transact });
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
    checkpoint: async ({ target }) => checkRun('verify', verdicts.checkpoint ?? 'GO', target),
    run: async () => checkRun('precheck', 'GO', 'live'),
  };
  return {
    journal: wrapJournal?.(journal) ?? journal,
    steps: createStepRegistry(pool),
    hostOf,
    targets,
    runbook,
    checks,
    clock: systemClock,
    pace: { pollMs: 50, settleMs: 1_000, offMs: 2_000, retryCheckMs: 200 },
    prune: (release, target) =>
      pruneArtefacts({ database: pool, hostOf, now: () => new Date() }, release, target),
    logger: createLogger({ level: 'silent', to: 'stderr' }),
  };
}
