import { randomUUID } from 'node:crypto';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Config } from '../config/config.js';
import { subjectChanged } from '../messages/message-jobs.js';
import type { Platform } from '../platform/platform.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Targets } from '../runbook/targets.js';
import type { WatchContext } from './watch-context.js';

interface WatchParts extends Pick<Platform, 'database'> {
  readonly config: Pick<Config, 'watchEverySecs'>;
  readonly runbook: Pick<Runbook, 'strategy'>;
  readonly targets: Targets;
  readonly audit: Pick<AuditTrail, 'record'>;
}

export const createWatchContext = ({
  config,
  runbook,
  targets,
  database,
  audit,
}: WatchParts): WatchContext => ({
  strategy: runbook.strategy,
  targets,
  everySecs: config.watchEverySecs,
  database,
  transact: database.transactWithJobs,
  subjectChanged,
  record: (event) => audit.record(event),
  newId: randomUUID,
});
