import type { Host } from '../../hosts/host.js';
import type { TargetHost } from '../../hosts/kinds/target-host.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Clock } from '../../time/clock.js';
import { releasePayload, TASKS, type Task } from '../../worker/task.js';
import type { ReleaseContext } from '../release-context.js';
import { createReleaseQueue } from '../release-jobs.js';
import {
  createReleaseAnnouncer,
  type ReleaseAnnouncer,
  type ReleaseAnnouncerOptions,
} from './announce-release.js';
import { announcedJournal } from './announced-journal.js';
import { auditedJournal } from './audited-journal.js';
import { pruneArtefacts } from './prune-artefacts.js';
import { createReleaseChecks } from './release-checks.js';
import { createReleaseTasks } from './release-tasks.js';
import { DEFAULT_PACE } from './step.js';
import { createStepJournal } from './step-journal.js';
import { createStepRegistry } from './step-registry.js';

interface EngineParts extends Pick<ReleaseAnnouncerOptions, 'messages' | 'announcer' | 'views'> {
  readonly context: ReleaseContext;
  readonly hostOf: (settings: TargetHost) => Host;
  readonly clock: Clock;
  readonly logger: Logger;
  /** After each change that the Home shows, too. */
  readonly onChange: () => void;
}

/** The engine of this replica: the tasks that the worker runs, and the messages that follow. */
export function composeEngine(parts: EngineParts): {
  readonly tasks: Readonly<Record<string, Task>>;
  readonly messages: ReleaseAnnouncer;
} {
  const { context, hostOf, clock, logger, onChange, announcer, views } = parts;
  const { database, transact, targets, sources, recordEvent, now } = context;
  const queue = createReleaseQueue();
  const written = createStepJournal({
    database,
    transact,
    announceRelease: queue.announce,
    announceRequest: context.queue.announce,
  });
  const messages = createReleaseAnnouncer({
    load: written.load,
    targets,
    messages: parts.messages,
    announcer,
    views,
    now,
    sleep: (ms) => clock.sleep(ms),
    announceLater: (releaseId) => queue.announce(database, releaseId),
    logger,
  });
  const changed = (releaseId: string) => {
    messages.changed(releaseId);
    onChange();
  };
  const journal = auditedJournal(announcedJournal(written, changed), recordEvent, now);
  const engine = {
    journal,
    steps: createStepRegistry(database),
    hostOf,
    targets,
    runbook: sources.runbook,
    checks: createReleaseChecks(context),
    clock,
    pace: DEFAULT_PACE,
    onChange: changed,
    prune: (release: { strategy: string; target: string }, target: Parameters<typeof pruneArtefacts>[2]) =>
      pruneArtefacts({ database, hostOf, now }, release, target),
    logger,
  };
  const tasks = {
    ...createReleaseTasks({ engine, queue, database }),
    [TASKS.releaseAnnouncement]: (payload: unknown) =>
      messages.announce(releasePayload.parse(payload).releaseId),
  };
  return { tasks, messages };
}
