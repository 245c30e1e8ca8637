import type { AuditTrail } from '../audit/audit-trail.js';
import type { Target } from '../runbook/targets.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import type { HaltAnnouncer } from './announce-halt.js';
import type { HaltRecord } from './halt-schema.js';
import type { KillSwitch } from './kill-switch.js';

interface UpkeepOptions {
  readonly killSwitch: Pick<KillSwitch, 'resume' | 'watchTerminals'>;
  readonly audit: Pick<AuditTrail, 'flush'>;
  readonly announcer: Pick<HaltAnnouncer, 'resume' | 'refresh'>;
  /** Ended halts after which a release has begun, or another halt was verified, each once. */
  readonly superseded: () => Promise<readonly HaltRecord[]>;
  readonly targets: ReadonlyMap<string, Target>;
  /** What this process may not read of what others have left in its folder. */
  readonly unreadable: () => Promise<readonly string[]>;
  /** Told of those that were not there before. */
  readonly onUnreadable: (files: readonly string[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

const EVERY_MS = 3_000;

/**
 * At once and then every few seconds: halts that a killed process has left are gone on with, those that a
 * later release has made history say so, and events that wait on this machine are moved into the database. @returns what ends it.
 */
export function startHaltUpkeep(options: UpkeepOptions): () => void {
  const ended = new AbortController();
  void keep(options, ended.signal);
  return () => ended.abort();
}

async function keep(options: UpkeepOptions, signal: AbortSignal): Promise<void> {
  const { killSwitch, audit, announcer, superseded, targets, clock, logger } = options;
  const tellUnreadable = unreadableTeller(options);
  while (!signal.aborted) {
    void tellUnreadable();
    try {
      for (const handle of await killSwitch.resume(targets)) {
        const { haltId, target, endedAt } = handle.current();
        if (endedAt === null) logger.warn({ haltId, target }, 'a halt was left unfinished and goes on');
        announcer.resume(handle);
      }
      for (const handle of await killSwitch.watchTerminals(targets)) announcer.resume(handle);
      const moved = await audit.flush();
      if (moved > 0) logger.info({ moved }, 'events of the local journal were moved into the database');
      for (const record of await superseded()) announcer.refresh(record);
    } catch (error) {
      logger.warn({ err: error }, 'the database is away: events wait in the local journal');
    }
    await clock.sleep(EVERY_MS, signal).catch(() => undefined);
  }
}

/** Each file once, until the message about it stands; one that can be read again is told anew the next time. */
function unreadableTeller({ unreadable, onUnreadable, logger }: UpkeepOptions): () => Promise<void> {
  let told: readonly string[] = [];
  let isTelling = false;
  return async () => {
    if (isTelling) return;
    isTelling = true;
    try {
      const files = await unreadable();
      const news = files.filter((file) => !told.includes(file));
      if (news.length > 0) {
        logger.error(
          { files: news },
          'files of halts or of their events may not be read: nobody goes on with them',
        );
        await onUnreadable(files);
      }
      told = files;
    } catch (error) {
      logger.warn({ err: error }, 'nobody was told of files that may not be read');
    } finally {
      isTelling = false;
    }
  };
}
