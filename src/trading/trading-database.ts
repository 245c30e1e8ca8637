import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import type { ObservedRow } from '../domain/check-run.js';
import { classifyDatabaseError } from '../store/database-error.js';
import { DatabaseFaultError } from '../store/database-fault-error.js';
import type { ConnectionLogger } from '../store/state-pool.js';
import { type AnswerBounds, DEFAULT_BOUNDS, queryBounded } from './bounded-query.js';
import { requestCancel } from './cancel-request.js';
import { type Deadline, startDeadline } from './deadline.js';
import { resetSession, SESSION_TIMEOUT_MS, serverOf, setTimeoutOf } from './session.js';
import { isTradingFault, toTradingDatabaseError } from './trading-database-error.js';
import { toObservedRow } from './trading-values.js';
import { createVolatileFunctions, type VolatileFunctions } from './volatile-functions.js';

/**
 * Strategies, replicas and terminals share the few connections of one role: an idle one is given back long before another
 * gives up, also where each of them looks every few seconds.
 */
const IDLE_MS = 500;
const FULL_RETRY_MS = 100;

interface TradingQuery {
  /** One statement; values stand as `$1…`. The server refuses two. */
  readonly text: string;
  readonly values?: readonly unknown[];
  /** From the call to the answer: connecting, waiting for a free connection and running together. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** 10,000 rows and 4 MiB unless given. */
  readonly bounds?: AnswerBounds;
  /** Those that the statement names: it is refused where one is volatile in the server's catalogue. */
  readonly functions?: readonly string[] | undefined;
}

export interface TradingAnswer {
  readonly rows: readonly ObservedRow[];
  readonly durationMs: number;
  /** RFC 3339: when the answer was in. */
  readonly observedAt: string;
  /** The process that the connection was opened to, as the other end says: a pooler makes one up. */
  readonly announcedPid?: number | undefined;
  /** The running server that answered: behind one address several may stand. */
  readonly server: string;
}

export interface TradingDatabase {
  /** Up to which lag a standby is asked for, in seconds; undefined: a standby is no source. */
  readonly standbyMaxLagSecs: number | undefined;
  /** @throws DatabaseFaultError, within `timeoutMs` even where the server is dead or frozen. */
  query(query: TradingQuery): Promise<TradingAnswer>;
  /** @returns how long an answer takes, in ms. @throws DatabaseFaultError */
  ping(timeoutMs: number): Promise<number>;
  close(): Promise<void>;
}

export interface TradingDatabaseOptions {
  readonly url: string;
  readonly logger: ConnectionLogger;
  readonly now?: () => Date;
  /** At most 3: the role's CONNECTION LIMIT. Two answer a run as fast as six would. */
  readonly maxConnections?: number | undefined;
  readonly standbyMaxLagSecs?: number | undefined;
  /** Whether a session has the settings of the checks, or those alone that its role and its address bring. Default: true */
  readonly hasCheckSettings?: boolean | undefined;
}

type PoolClient = pg.PoolClient & {
  readonly host: string;
  readonly port: number;
  readonly processID?: number | undefined;
};

/**
 * The trading system's database, which is only looked at. Every query is one autocommit statement: an open
 * transaction of ours would hold up the trading system's own `ALTER TABLE`, and its inserts behind that. What these
 * settings do not prevent, the role must (`docs/trading-database-role.md`).
 */
export function createTradingDatabase(options: TradingDatabaseOptions): TradingDatabase {
  const pool = createPool(options);
  const volatile = createVolatileFunctions();
  const now = options.now ?? (() => new Date());

  async function query(request: TradingQuery): Promise<TradingAnswer> {
    const started = performance.now();
    const deadline = startDeadline(request.timeoutMs, request.signal);
    try {
      const client = await borrow(pool, deadline);
      const { rows, server } = await runOn(client, request, volatile, deadline);
      const durationMs = performance.now() - started;
      return { rows, durationMs, observedAt: now().toISOString(), announcedPid: client.processID, server };
    } catch (error) {
      throw toTradingDatabaseError(error, request.timeoutMs);
    } finally {
      deadline.clear();
    }
  }

  return {
    query,
    standbyMaxLagSecs: options.standbyMaxLagSecs,
    ping: async (timeoutMs) => (await query({ text: 'SELECT 1 AS one', timeoutMs })).durationMs,
    close: () => pool.end(),
  };
}

function createPool(options: TradingDatabaseOptions): pg.Pool {
  const { url, logger, maxConnections = 2, hasCheckSettings = true } = options;
  const pool = new pg.Pool({
    connectionString: hasCheckSettings ? withSessionSettings(url) : url,
    max: Math.min(maxConnections, 3),
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
  });
  pool.on('error', () => logger.warn({}, 'An idle connection to the trading database was lost.'));
  // A connection that is lost while a query runs tells it through the query; without a listener it ends the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** The settings travel with the connection's first message: no round trip, and no moment without them. */
function withSessionSettings(url: string): string {
  const address = new URL(url);
  const settings = {
    default_transaction_read_only: 'on',
    // Rows that a policy would keep from the role are no answer without them, but an error.
    row_security: 'off',
    statement_timeout: SESSION_TIMEOUT_MS,
    lock_timeout: 500,
    idle_in_transaction_session_timeout: 5_000,
    max_parallel_workers_per_gather: 0,
    jit: 'off',
    timezone: 'UTC',
    datestyle: 'ISO',
  };
  const words = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  // After what the address itself sets: of two the later counts.
  address.searchParams.set('options', [address.searchParams.get('options') ?? '', ...words].join(' ').trim());
  address.searchParams.set('application_name', 'lobml checks');
  return address.href;
}

/** Waits, as long as the caller does, for a connection that another replica or a terminal gives back. */
async function borrow(pool: pg.Pool, deadline: Deadline): Promise<PoolClient> {
  let full: unknown;
  for (;;) {
    try {
      return await connect(pool, deadline);
    } catch (error) {
      const { code } = classifyDatabaseError(error);
      // The last attempt may still be under way when the time is up: what the server said before is the cause.
      if (code !== 'too_many_connections') throw isTimeout(error) ? (full ?? error) : error;
      full = error;
      await Promise.race([setTimeout(FULL_RETRY_MS), deadline.passed]).catch(() => {
        throw error;
      });
    }
  }
}

const isTimeout = (error: unknown): boolean => isTradingFault(error) && error.code === 'timeout';

async function connect(pool: pg.Pool, deadline: Deadline): Promise<PoolClient> {
  const connecting = pool.connect();
  try {
    return (await Promise.race([connecting, deadline.passed])) as PoolClient;
  } catch (error) {
    // It may still come, for nobody.
    connecting.then(
      (client) => client.release(),
      () => {},
    );
    throw error;
  }
}

async function runOn(
  client: PoolClient,
  request: TradingQuery,
  volatile: VolatileFunctions,
  deadline: Deadline,
): Promise<Pick<TradingAnswer, 'rows' | 'server'>> {
  const answer = askServer(client, request, volatile);
  let isReusable = false;
  try {
    const { result, server } = await Promise.race([answer, deadline.passed]);
    // BEGIN or SET would change what the next query meets.
    isReusable = result.command === 'SELECT';
    return { rows: result.rows.map(toObservedRow), server };
  } catch (error) {
    isReusable = error instanceof pg.DatabaseError && error.severity === 'ERROR';
    // What we gave up, or do not read to its end, still runs there.
    if (isTradingFault(error)) requestCancel(client);
    answer.catch(() => {});
    throw error;
  } finally {
    if (isReusable) void resetSession(client).then((isReset) => client.release(!isReset));
    else client.release(true);
  }
}

/** Of two columns of one name the row would hold the later one alone. */
function refuseDuplicates(fields: readonly { readonly name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of fields) {
    if (names.has(name)) throw new DatabaseFaultError('trading', 'duplicate_column', { relation: name });
    names.add(name);
  }
}

async function askServer(client: PoolClient, request: TradingQuery, volatile: VolatileFunctions) {
  const { text, values = [], timeoutMs, bounds = DEFAULT_BOUNDS, functions = [] } = request;
  await setTimeoutOf(client, serverTimeoutMs(timeoutMs));
  await volatile.refuse(client, functions);
  const server = await serverOf(client);
  const result = await queryBounded(client, { text, values }, bounds);
  refuseDuplicates(result.fields);
  return { result, server };
}

/** A little below the caller's, so that the server's own answer, which says more, comes first. */
function serverTimeoutMs(timeoutMs: number): number {
  return Math.max(1, Math.floor(timeoutMs - Math.min(200, timeoutMs / 10)));
}
