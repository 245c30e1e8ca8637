import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ChildProgram } from './child-program.js';
import { type FeedFaults, writeFeedFaults } from './feed-faults.js';
import type { Incident } from './incident.js';
import { createRecentRecords } from './recent-records.js';

const STOPPED_SYMBOL = 'SOLUSDT';
/** How long ago an incident has begun when it is caused: past the shipped runbook's thresholds for a No-Go. */
const SILENT_SECS = 74;
const FROZEN_SECS = 150;
/** More than any check of the feed looks back. */
const RESTORED_MS = 30 * 60_000;
/** The collector writes once a second: by then it knows of a fault. */
const COLLECTOR_NOTICES_MS = 1_200;

export interface FeedOptions {
  readonly databaseUrl: string;
  readonly faultsPath: string;
  /** Starts the collector's process. */
  readonly startCollector: () => ChildProgram;
}

export interface Feed {
  readonly incidents: readonly Incident[];
  close(): Promise<void>;
}

/** The collector, and what can go wrong with the data. */
export function createFeed(options: FeedOptions): Feed {
  writeFeedFaults(options.faultsPath, { stoppedSymbols: [], frozenAt: null, future: false });
  let collector: ChildProgram | undefined = options.startCollector();
  const lock = tableLock(options.databaseUrl);
  const recent = createRecentRecords(options.databaseUrl);
  const tell = async (faults: Partial<FeedFaults>) => {
    writeFeedFaults(options.faultsPath, faults);
    if (collector !== undefined) await sleep(COLLECTOR_NOTICES_MS);
  };

  const restore = () => recent.restore(new Date(Date.now() - RESTORED_MS));

  const incidents: Incident[] = [
    {
      id: 'feed_symbol_stopped',
      title: `Stop ${STOPPED_SYMBOL}`,
      description: `No sync_records for ${STOPPED_SYMBOL} for over a minute; the other symbols go on.`,
      async begin() {
        await tell({ stoppedSymbols: [STOPPED_SYMBOL] });
        await recent.silence(SILENT_SECS, [STOPPED_SYMBOL]);
      },
      async end() {
        await tell({ stoppedSymbols: [] });
        await restore();
      },
    },
    {
      id: 'feed_frozen',
      title: 'Freeze prices',
      description: 'Rows keep coming with fresh time stamps, but their prices have not changed for minutes.',
      async begin() {
        const at = await recent.lastBefore(FROZEN_SECS);
        await tell({ frozenAt: at.getTime() });
        await recent.freeze(at);
      },
      async end() {
        await tell({ frozenAt: null });
        await restore();
      },
    },
    {
      id: 'feed_future',
      title: 'Rows from the future',
      description: 'The collector’s clock is two minutes ahead.',
      begin: () => tell({ future: true }),
      async end() {
        await tell({ future: false });
        await restore();
      },
    },
    {
      id: 'feed_stopped',
      title: 'Stop the collector',
      description: 'The collector’s process has ended over a minute ago: every symbol is behind.',
      async begin() {
        await collector?.end();
        collector = undefined;
        await recent.silence(SILENT_SECS);
      },
      async end() {
        collector ??= options.startCollector();
        await restore();
      },
    },
    {
      id: 'database_locked',
      title: 'Lock sync_records',
      description: 'Another session holds ACCESS EXCLUSIVE on sync_records: readers wait or give up.',
      begin: lock.take,
      end: lock.release,
    },
  ];
  return {
    incidents,
    async close() {
      await lock.release();
      await collector?.end();
    },
  };
}

function tableLock(databaseUrl: string) {
  let holder: pg.Client | undefined;
  return {
    async take() {
      if (holder !== undefined) return;
      const client = new pg.Client({
        connectionString: databaseUrl,
        application_name: 'lock-holder',
        options: '-c lock_timeout=3000',
      });
      // The server may go away while the lock is held; then it is gone as well.
      client.on('error', () => undefined);
      await client.connect();
      holder = client;
      await client.query('BEGIN');
      await client.query('LOCK TABLE sync_records IN ACCESS EXCLUSIVE MODE');
    },
    async release() {
      const client = holder;
      holder = undefined;
      await client?.end().catch(() => undefined);
    },
  };
}
