import type { WriteWanted } from '../hosts/environment/write-wanted.js';
import type { Host } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import type { Queryable } from '../store/queryable.js';
import type { Transact } from '../store/transaction.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import type { TradingDatabase } from '../trading/trading-database.js';

/** What every use case of a process stands on. A function asks for the parts that it uses: `Pick<Platform, …>`. */
export interface Platform {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hosts: Hosts;
  /** The bot's own state. */
  readonly database: Database;
  /** The operators' database, read only; undefined where TRADING_DATABASE_URL is not set. */
  readonly trading: TradingDatabase | undefined;
}

interface Hosts {
  /** The host that a targets file describes. */
  of(settings: TargetHost): Host;
  /** A halt's write as one call of the process for hosts; undefined where the process itself does it. */
  readonly write: WriteWanted | undefined;
}

export interface Database extends Queryable {
  readonly transact: Transact;
  /** The same where jobs are added: the job queue's schema is there first. A terminal may be the first to ask. */
  readonly transactWithJobs: Transact;
}
