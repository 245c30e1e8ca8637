import pg from 'pg';
import type { ChildProgram } from './child-program.js';
import { type FeedFaults, writeFeedFaults } from './feed-faults.js';
import type { Incident } from './host-incidents.js';

const STOPPED_SYMBOL = 'SOLUSDT';

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

type Text = Pick<Incident, 'id' | 'title' | 'description'>;

/** The collector, and what can go wrong with the data. */
export function createFeed(options: FeedOptions): Feed {
  writeFeedFaults(options.faultsPath, { stoppedSymbols: [], frozenAt: null, future: false });
  let collector: ChildProgram | undefined = options.startCollector();
  const lock = tableLock(options.databaseUrl);
  const fault = (text: Text, begin: () => Partial<FeedFaults>, end: Partial<FeedFaults>): Incident => ({
    ...text,
    begin: () => writeFeedFaults(options.faultsPath, begin()),
    end: () => writeFeedFaults(options.faultsPath, end),
  });

  const incidents: Incident[] = [
    fault(
      {
        id: 'feed_symbol_stopped',
        title: `Stop ${STOPPED_SYMBOL}`,
        description: `No more sync_records for ${STOPPED_SYMBOL}; the other symbols go on.`,
      },
      () => ({ stoppedSymbols: [STOPPED_SYMBOL] }),
      { stoppedSymbols: [] },
    ),
    fault(
      {
        id: 'feed_frozen',
        title: 'Freeze prices',
        description: 'Rows keep coming with fresh time stamps, but their prices never change.',
      },
      () => ({ frozenAt: Date.now() }),
      { frozenAt: null },
    ),
    fault(
      {
        id: 'feed_future',
        title: 'Rows from the future',
        description: 'The collector’s clock is two minutes ahead.',
      },
      () => ({ future: true }),
      { future: false },
    ),
    {
      id: 'feed_stopped',
      title: 'Stop the collector',
      description: 'The collector’s process ends: every symbol falls behind.',
      async begin() {
        await collector?.end();
        collector = undefined;
      },
      end() {
        collector ??= options.startCollector();
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
      holder = new pg.Client({ connectionString: databaseUrl, application_name: 'lock-holder' });
      // The server may go away while the lock is held; then it is gone as well.
      holder.on('error', () => undefined);
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE sync_records IN ACCESS EXCLUSIVE MODE');
    },
    async release() {
      const client = holder;
      holder = undefined;
      await client?.end().catch(() => undefined);
    },
  };
}
