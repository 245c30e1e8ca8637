import { randomUUID } from 'node:crypto';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { CheckService } from '../checks/check-service.js';
import type { AcknowledgementStore } from '../checks/store/acknowledgements.js';
import type { RunStore } from '../checks/store/run-store.js';
import type { Directory } from '../domain/directory.js';
import type { Host } from '../hosts/host.js';
import type { Runbook } from '../runbook/runbook.js';
import type { TargetHost, Targets } from '../runbook/targets.js';
import type { Queryable } from '../store/queryable.js';
import type { Transact } from '../store/transaction.js';
import { createAccess } from './access.js';
import { createApprovers } from './approvers.js';
import { readConfigurationHashes } from './configuration-hashes.js';
import type { ReleaseContext } from './release-context.js';
import type { ReleaseQueue, RequestQueue } from './release-jobs.js';

interface ReleaseParts {
  readonly runbook: Runbook;
  readonly targets: Targets;
  readonly hostOf: (settings: TargetHost) => Host;
  readonly checks: Pick<CheckService, 'run'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly acknowledgements: AcknowledgementStore;
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly database: Queryable;
  readonly transact: Transact;
  readonly queue: RequestQueue & Pick<ReleaseQueue, 'enqueue'>;
  /** undefined in a terminal: nobody approves there. */
  readonly directory: Pick<Directory, 'isActiveMember' | 'groupMembers'> | undefined;
  readonly now: () => Date;
}

/** What the use cases of a release share, over the files that the bot was started with. */
export function createReleaseContext(parts: ReleaseParts): ReleaseContext {
  const { runbook, targets, hostOf, directory, audit, now } = parts;
  return {
    sources: {
      runbook,
      hostOf,
      configuration: (target) =>
        readConfigurationHashes({ runbook: runbook.file, targets: targets.file }, target),
    },
    targets,
    checks: parts.checks,
    runs: parts.runs,
    acknowledgements: parts.acknowledgements,
    database: parts.database,
    transact: parts.transact,
    queue: parts.queue,
    access: createAccess({ targets, directory }),
    approvers: createApprovers({ targets, directory, now }),
    recordEvent: (event) => audit.record(event),
    now,
    newId: randomUUID,
  };
}
