import type { Host } from '../../hosts/host.js';
import type { TargetHost } from '../../hosts/kinds/target-host.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Clock } from '../../time/clock.js';
import type { Task } from '../../worker/task.js';
import type { ReleaseContext } from '../release-context.js';
import { auditedJournal } from './audited-journal.js';
import { pruneArtefacts } from './prune-artefacts.js';
import { createReleaseChecks } from './release-checks.js';
import { createReleaseTasks } from './release-tasks.js';
import { DEFAULT_PACE } from './step.js';
import { createStepJournal } from './step-journal.js';
import { createStepRegistry } from './step-registry.js';

interface EngineParts {
  readonly context: ReleaseContext;
  readonly hostOf: (settings: TargetHost) => Host;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The engine of this replica, as the tasks that the worker runs. */
export function composeEngine({
  context,
  hostOf,
  clock,
  logger,
}: EngineParts): Readonly<Record<string, Task>> {
  const { database, targets, sources, recordEvent, now } = context;
  const engine = {
    journal: auditedJournal(createStepJournal(context), recordEvent, now),
    steps: createStepRegistry(database),
    hostOf,
    targets,
    runbook: sources.runbook,
    checks: createReleaseChecks(context),
    clock,
    pace: DEFAULT_PACE,
    prune: (release: { strategy: string; target: string }, target: Parameters<typeof pruneArtefacts>[2]) =>
      pruneArtefacts({ database, hostOf, now }, release, target),
    logger,
  };
  return createReleaseTasks(engine, database);
}
