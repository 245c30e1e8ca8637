import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.js';
import { identifyProcess } from '../machine/process-identity.js';
import { isOwnerAlive } from '../machine/process-lock.js';
import type { Platform } from '../platform/platform.js';
import type { Logger } from '../telemetry/logger.js';
import { type AuditTrail, createAuditTrail } from './audit-trail.js';
import { LocalJournal } from './local-journal.js';

interface AuditParts extends Pick<Platform, 'clock' | 'logger' | 'database'> {
  readonly config: Pick<Config, 'dataDir'>;
  readonly pid: number;
}

/** The audit trail of a process, over its local journal. */
export function openAudit({ config, pid, database, clock, logger }: AuditParts): {
  readonly audit: AuditTrail;
  readonly journal: LocalJournal;
} {
  const journal = openLocalJournal(config, pid, logger);
  const audit = createAuditTrail({
    journal,
    database,
    transact: database.transact,
    clock,
    newId: randomUUID,
    onAway: () => logger.warn('the database is away: an event waits in the local journal'),
  });
  return { audit, journal };
}

/** The local journal of a process. */
export function openLocalJournal(
  { dataDir }: Pick<Config, 'dataDir'>,
  pid: number,
  logger: Pick<Logger, 'warn'>,
): LocalJournal {
  const onFault = (error: unknown, file: string) =>
    logger.warn({ err: error, file }, 'a file of the local journal is left as it is');
  const isAlive = (owner: string) => isOwnerAlive(dataDir, owner);
  return new LocalJournal({ dataDir, owner: identifyProcess(pid), isAlive, onFault });
}
