import { randomUUID } from 'node:crypto';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { CheckService } from '../checks/check-service.js';
import type { AcknowledgementStore } from '../checks/store/acknowledgements.js';
import type { RunStore } from '../checks/store/run-store.js';
import type { Directory } from '../domain/directory.js';
import { subjectChanged } from '../messages/message-jobs.js';
import type { Platform } from '../platform/platform.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Targets } from '../runbook/targets.js';
import { readServerMoment } from '../store/server-moment.js';
import { createAccess } from './access.js';
import { createApprovers } from './approvers.js';
import { readConfigurationHashes } from './configuration-hashes.js';
import { createPromotions } from './promotion.js';
import type { ReleaseContext } from './release-context.js';
import { releaseQueue } from './release-jobs.js';
import { selectKnownGood, selectReleasedFiles } from './store/known-good-store.js';
import { selectWithdrawnModels } from './store/model-memory.js';
import { createTradedReader } from './traded-entries.js';

interface ReleaseParts extends Pick<Platform, 'hosts' | 'database' | 'clock' | 'trading'> {
  readonly runbook: Runbook;
  readonly targets: Targets;
  readonly checks: Pick<CheckService, 'run'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly acknowledgements: AcknowledgementStore;
  readonly audit: Pick<AuditTrail, 'record'>;
  /** undefined in a terminal: nobody approves there. */
  readonly directory: Pick<Directory, 'isActiveMember' | 'groupMembers'> | undefined;
}

/** What the use cases of a release share, over the files that the bot was started with. */
export function createReleaseContext(parts: ReleaseParts): ReleaseContext {
  const { runbook, targets, hosts, directory, audit, database, clock, trading } = parts;
  const now = () => new Date(clock.now());
  return {
    sources: {
      runbook,
      hostOf: hosts.of,
      configuration: (target) =>
        readConfigurationHashes({ runbook: runbook.file, targets: targets.file }, target),
      confirmed: (target) => selectKnownGood(database, { strategy: runbook.strategy, target }),
      everyTarget: targets.every,
      withdrawn: () => selectWithdrawnModels(database, runbook.strategy),
      released: (target) => selectReleasedFiles(database, { strategy: runbook.strategy, target }),
    },
    targets,
    checks: parts.checks,
    runs: parts.runs,
    acknowledgements: parts.acknowledgements,
    database,
    transact: database.transactWithJobs,
    queue: releaseQueue,
    subjectChanged,
    access: createAccess({ targets, directory }),
    approvers: createApprovers({ targets, directory, now }),
    promotions: createPromotions({
      runbook,
      targets,
      database,
      traded: createTradedReader(trading, runbook),
    }),
    recordEvent: (event) => audit.record(event),
    now,
    databaseNow: async (client) => (await readServerMoment(client)).at,
    newId: randomUUID,
  };
}
