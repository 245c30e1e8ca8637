import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { DatabaseFaultError } from '../../src/store/database-fault-error.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { isTradingFault } from '../../src/trading/trading-database-error.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

const logger = { warn: () => {} };
const now = () => new Date('2026-03-04T05:06:07.000Z');

let database: TestDatabase;
let trading: TradingDatabase;

beforeAll(async () => {
  database = await createEmptyDatabase();
  await database.pool.query(`
    CREATE TABLE sync_records (symbol text, price numeric(20,8));
    INSERT INTO sync_records VALUES ('BTCUSDT', 67123.45)`);
  trading = createTradingDatabase({ url: database.url, logger, now });
});

afterAll(async () => {
  await trading.close();
  await database.drop();
});

/** What went wrong. */
async function failure(text: string, timeoutMs = 30_000, on = trading, signal?: AbortSignal) {
  const error = await on.query({ text, timeoutMs, ...(signal ? { signal } : {}) }).catch((reason) => reason);
  if (!isTradingFault(error)) throw new Error(`no DatabaseFaultError: ${String(error)}`);
  return { code: error.code, facts: error.facts };
}

async function activity(condition: string): Promise<number> {
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'lobml checks' AND ${condition}`,
  );
  return rows[0].n;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to pass within 2 minutes');
  }
}

describe('an answer', () => {
  test('binds values and carries its own time', async () => {
    const answer = await trading.query({
      text: 'SELECT symbol, price FROM sync_records WHERE symbol = ANY($1::text[])',
      values: [['BTCUSDT', 'ETHUSDT']],
      timeoutMs: 30_000,
    });
    expect(answer.rows).toEqual([{ symbol: 'BTCUSDT', price: 67123.45 }]);
    expect(answer.observedAt).toBe('2026-03-04T05:06:07.000Z');
    expect(answer.durationMs).toBeGreaterThan(0);
  });

  test.each([
    ["'2026-01-02 03:04:05.678901+02'::timestamptz", '2026-01-02T01:04:05.678901Z'],
    ["'infinity'::timestamptz", null],
    ["'2026-01-02'::date", '2026-01-02'],
    ["'90 seconds'::interval", '00:01:30'],
    ['count(*)', 1],
    ['9007199254740993::int8', '9007199254740993'],
    [
      `'{"id": 9007199254740993, "of": [-9007199254740993, 1, 1.5e3]}'::jsonb`,
      { id: '9007199254740993', of: ['-9007199254740993', 1, 1500] },
    ],
    [
      `'{"a": "9007199254740993 \\\\\\" : 9007199254740993"}'::json`,
      { a: '9007199254740993 \\" : 9007199254740993' },
    ],
    [`ARRAY['{"id": 9007199254740993}'::jsonb, NULL]`, [{ id: '9007199254740993' }, null]],
    ['ARRAY[9007199254740993, 2, NULL]::int8[]', ['9007199254740993', 2, null]],
    [`ARRAY[9007199254740993, 0.5, 'NaN']::numeric[]`, ['9007199254740993', 0.5, null]],
    ['1::numeric / 3', 1 / 3],
    ["'NaN'::numeric", null],
    ["'NaN'::float8", null],
    ["'-Infinity'::float8", null],
    ["ARRAY['NaN'::float8, 1.5]", [null, 1.5]],
    [`'{"w": "0.90", "n": 2, "deep": [null]}'::jsonb`, { w: '0.90', n: 2, deep: [null] }],
    ['NULL::text', null],
    ["'\\x00ff'::bytea", '00ff'],
    ['true', true],
  ])('%s becomes %j', async (expression, expected) => {
    const { rows } = await trading.query({ text: `SELECT ${expression} AS value`, timeoutMs: 30_000 });
    expect(rows).toEqual([{ value: expected }]);
  });

  test('a query with a longer time-out than the one before gets it, and a shorter one too', async () => {
    const seen = [];
    for (const timeoutMs of [8_000, 1_000, 5_000]) {
      const { rows } = await trading.query({
        text: "SELECT current_setting('statement_timeout') AS ms",
        timeoutMs,
      });
      seen.push(rows[0]?.ms);
    }
    expect(seen).toEqual(['7800ms', '900ms', '4800ms']);
  });
});

describe('it does no harm', () => {
  test('the session is read only and set for small queries', async () => {
    const names = ['default_transaction_read_only', 'lock_timeout', 'jit', 'max_parallel_workers_per_gather'];
    const { rows } = await trading.query({
      text: 'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name ORDER BY name',
      values: [names],
      timeoutMs: 30_000,
    });
    expect(rows.map((row) => row.value)).toEqual(['on', 'off', '500ms', '0']);
  });

  test('what the address sets does not lift the settings', async () => {
    const lax = `${database.url}?options=-c%20default_transaction_read_only%3Doff%20-c%20work_mem%3D8MB`;
    const other = createTradingDatabase({ url: lax, logger });
    const text =
      "SELECT current_setting('default_transaction_read_only') AS ro, current_setting('work_mem') AS mem";
    expect((await other.query({ text, timeoutMs: 30_000 })).rows).toEqual([{ ro: 'on', mem: '8MB' }]);
    await other.close();
  });

  test('a write is refused', async () => {
    expect(await failure("INSERT INTO sync_records VALUES ('X', 1)")).toMatchObject({
      code: 'read_only_violation',
    });
  });

  test('two statements in one text are refused', async () => {
    const both = await failure("SELECT set_config('work_mem', '9MB', false); SELECT 1");
    expect(both).toMatchObject({ code: 'syntax', facts: { sqlState: '42601' } });
  });

  test('a BEGIN leaves no transaction open', async () => {
    await trading.query({ text: 'BEGIN', timeoutMs: 30_000 });
    await until(async () => (await activity("state LIKE 'idle in transaction%'")) === 0);
    expect(await failure("INSERT INTO sync_records VALUES ('X', 1)")).toMatchObject({
      code: 'read_only_violation',
    });
  });

  test('a SET reaches no later query', async () => {
    await trading.query({ text: 'SET default_transaction_read_only = off', timeoutMs: 30_000 });
    const refused = await Promise.all(
      [1, 2, 3].map(() => failure("INSERT INTO sync_records VALUES ('X', 1)")),
    );
    expect(refused.map(({ code }) => code)).toEqual(Array(3).fill('read_only_violation'));
  });

  test.each([
    [
      "SELECT set_config('search_path', 'elsewhere', false) AS x",
      'SHOW search_path',
      { search_path: '"$user", public' },
    ],
    [
      "SELECT set_config('default_transaction_read_only', 'off', false) AS x",
      'SHOW default_transaction_read_only',
      { default_transaction_read_only: 'on' },
    ],
    [
      "SELECT set_config('role', 'pg_monitor', false) AS x",
      'SELECT current_user = session_user AS same',
      { same: true },
    ],
    [
      'SELECT pg_advisory_lock(7) AS x',
      "SELECT count(*) AS held FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
      { held: 0 },
    ],
  ])('%s leaves nothing to the next query', async (text, question, answer) => {
    const one = createTradingDatabase({ url: database.url, logger, maxConnections: 1 });
    await one.query({ text, timeoutMs: 30_000 });
    const { rows } = await one.query({ text: question, timeoutMs: 30_000 });
    const { rows: settings } = await one.query({ text: 'SHOW timezone', timeoutMs: 30_000 });
    await one.close();
    expect(rows).toEqual([answer]);
    expect(settings).toEqual([{ TimeZone: 'UTC' }]);
  });

  test('a function that the server calls volatile is not run, an ordinary one is', async () => {
    await database.pool.query('CREATE SEQUENCE IF NOT EXISTS seen; GRANT ALL ON SEQUENCE seen TO PUBLIC');
    await database.pool.query(
      "CREATE OR REPLACE FUNCTION harmless_by_name() RETURNS int LANGUAGE sql AS 'SELECT nextval(''seen'')::int'",
    );
    const ask = (text: string, ...functions: string[]) =>
      trading.query({ text, functions, timeoutMs: 30_000 }).catch((error: DatabaseFaultError) => error);
    expect(await ask('SELECT harmless_by_name() AS x', 'harmless_by_name')).toMatchObject({
      code: 'volatile_function',
      facts: { relation: 'harmless_by_name' },
    });
    expect(await ask('SELECT lower(random()::text) AS x', 'lower', 'random')).toMatchObject({
      code: 'volatile_function',
    });
    await database.pool.query(
      "CREATE FUNCTION public.pg_database_size(real) RETURNS int LANGUAGE sql AS 'SELECT nextval(''seen'')::int'",
    );
    expect(await ask('SELECT public.pg_database_size(1::real) AS x', 'pg_database_size')).toMatchObject({
      code: 'volatile_function',
      facts: { relation: 'pg_database_size' },
    });
    await database.pool.query('DROP FUNCTION public.pg_database_size(real)');
    expect(await ask("SELECT lower('A') AS x", 'lower')).toMatchObject({ rows: [{ x: 'a' }] });
    expect((await database.pool.query('SELECT is_called FROM seen')).rows).toEqual([{ is_called: false }]);
  });

  test('twenty queries at once use two connections and leave both idle', async () => {
    await Promise.all(
      Array.from({ length: 20 }, () => trading.query({ text: 'SELECT 1 AS one', timeoutMs: 30_000 })),
    );
    expect(await activity('true')).toBeLessThanOrEqual(2);
    await until(async () => (await activity("state <> 'idle'")) === 0);
  });
});

describe('an answer that is too much', () => {
  const bounds = { maxRows: 100, maxBytes: 50_000 };
  const ask = (text: string) =>
    trading.query({ text, bounds, timeoutMs: 60_000 }).then(
      ({ rows }) => rows.length,
      ({ code, facts }: DatabaseFaultError) => ({ code, ...facts }),
    );

  test('as many rows as the bound are read, one more is none', async () => {
    expect(await ask('SELECT n FROM generate_series(1, 100) n')).toBe(100);
    expect(await ask('SELECT n FROM generate_series(1, 101) n')).toEqual({
      code: 'too_many_rows',
      maxRows: 100,
    });
    expect(await ask('SELECT generate_series(1, 300000000) AS n')).toEqual({
      code: 'too_many_rows',
      maxRows: 100,
    });
  });

  test.each([
    ['many rows', "SELECT repeat('x', 1000) AS x FROM generate_series(1, 100)"],
    ['one row', "SELECT repeat('x', 100 * 1024 * 1024) AS x"],
  ])('too many bytes in %s, and the next query works', async (_name, text) => {
    expect(await ask(text)).toEqual({ code: 'too_large', maxBytes: 50_000 });
    expect(await ask('SELECT 1 AS one')).toBe(1);
    await until(async () => (await activity("state = 'active'")) === 0);
  });

  test('two columns of one name are no answer', async () => {
    expect(await ask('SELECT 1 AS x, 2 AS x')).toMatchObject({ code: 'duplicate_column', relation: 'x' });
  });
});

describe('what can go wrong has its own code', () => {
  test('a table that does not exist yet is named', async () => {
    expect(await failure('SELECT 1 FROM risk_gate_decisions')).toMatchObject({
      code: 'missing_table',
      facts: { sqlState: '42P01', relation: 'risk_gate_decisions' },
    });
  });

  test('a column that does not exist is named', async () => {
    expect(await failure('SELECT lag FROM sync_records')).toMatchObject({
      code: 'missing_column',
      facts: { relation: 'lag' },
    });
  });

  test('a statement that cannot be read', async () => {
    expect(await failure('SELEC 1')).toMatchObject({ code: 'syntax' });
  });

  test('a right or a password that is missing', async () => {
    const role = `stranger_${process.pid}`;
    await database.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'right'`);
    const stranger = (password: string) => {
      const url = new URL(database.url);
      url.username = role;
      url.password = password;
      return createTradingDatabase({ url: url.href, logger });
    };
    const [allowedIn, keptOut] = [stranger('right'), stranger('wrong')];
    const denied = await failure('SELECT * FROM sync_records', 30_000, allowedIn);
    const refused = await failure('SELECT 1', 30_000, keptOut);
    await Promise.all([allowedIn.close(), keptOut.close()]);
    await database.pool.query(`DROP ROLE ${role}`);
    expect(denied).toMatchObject({ code: 'permission_denied', facts: { relation: 'sync_records' } });
    expect(refused.code).toBe('authentication');
    expect(JSON.stringify(refused)).not.toMatch(/wrong|stranger/);
  });

  test('rows that a policy keeps from the role are named, and not left out', async () => {
    const role = `kept_short_${process.pid}`;
    await database.pool.query(`
      CREATE TABLE kept (model_type text);
      INSERT INTO kept VALUES ('onnx'), ('lightgbm');
      ALTER TABLE kept ENABLE ROW LEVEL SECURITY;
      CREATE ROLE ${role} LOGIN PASSWORD 'right';
      GRANT SELECT ON kept TO ${role};
      CREATE POLICY few ON kept FOR SELECT TO ${role} USING (model_type = 'onnx')`);
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'right'];
    const limited = createTradingDatabase({ url: url.href, logger });
    const seen = await failure('SELECT model_type FROM kept', 30_000, limited);
    await database.pool.query(`ALTER ROLE ${role} BYPASSRLS`);
    const whole = await limited.query({ text: 'SELECT model_type FROM kept', timeoutMs: 30_000 });
    await limited.close();
    await database.pool.query(`DROP TABLE kept; DROP ROLE ${role}`);
    expect(seen).toMatchObject({ code: 'rows_withheld', facts: { relation: 'kept' } });
    expect(whole.rows).toHaveLength(2);
  });

  test('a connection that another replica gives back in time is waited for', async () => {
    const role = `crowded_${process.pid}`;
    await database.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'right' CONNECTION LIMIT 1`);
    const url = new URL(database.url);
    url.username = role;
    url.password = 'right';
    const other = new pg.Client({ connectionString: url.href });
    await other.connect();
    const second = createTradingDatabase({ url: url.href, logger });
    const crowded = await failure('SELECT 1', 1_000, second);
    const [waited] = await Promise.all([second.ping(30_000), other.end()]);
    await second.close();
    await until(async () => (await activity(`usename = '${role}'`)) === 0);
    await database.pool.query(`DROP ROLE ${role}`);
    expect(crowded).toMatchObject({ code: 'too_many_connections', facts: { sqlState: '53300' } });
    expect(waited).toBeGreaterThan(0);
  });

  test('a locked table is told after half a second, not at the time-out', async () => {
    const owner = await database.pool.connect();
    await owner.query('BEGIN; LOCK TABLE sync_records IN ACCESS EXCLUSIVE MODE');
    const locked = await failure('SELECT * FROM sync_records', 5_000);
    await owner.query('ROLLBACK');
    owner.release();
    expect(locked).toMatchObject({ code: 'locked', facts: { sqlState: '55P03' } });
  });

  test('a statement that is too slow is ended on the server', async () => {
    const slow = await failure('SELECT pg_sleep(30)', 400);
    expect(slow).toMatchObject({ code: 'timeout', facts: { timeoutMs: 400 } });
    await until(async () => (await activity("state = 'active'")) === 0);
  });

  test('a statement that the caller gives up is ended on the server', async () => {
    const controller = new AbortController();
    const pending = failure('SELECT pg_sleep(30)', 20_000, trading, controller.signal);
    await until(async () => (await activity("state = 'active' AND query LIKE '%pg_sleep%'")) === 1);
    controller.abort();
    expect(await pending).toMatchObject({ code: 'cancelled' });
    await until(async () => (await activity("query LIKE '%pg_sleep%' AND state = 'active'")) === 0);
  });

  test('the deadline covers waiting for a free connection', async () => {
    const busy = [1, 2].map(() => failure('SELECT pg_sleep(30)', 1_500));
    const waiting = await failure('SELECT 1', 300);
    expect(waiting.code).toBe('timeout');
    expect((await Promise.all(busy)).map(({ code }) => code)).toEqual(['timeout', 'timeout']);
    expect(await trading.ping(30_000)).toBeGreaterThan(0);
  });

  test('a backend that is ended under a query, and the next query works', async () => {
    const pending = failure('SELECT pg_sleep(30)', 20_000);
    await until(async () => (await activity("state = 'active' AND query LIKE '%pg_sleep%'")) === 1);
    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'lobml checks' AND state = 'active'`,
    );
    expect(await pending).toMatchObject({ code: 'unreachable', facts: { sqlState: '57P01' } });
    await expect(trading.ping(30_000)).resolves.toBeGreaterThan(0);
  });
});

describe('a server that is not there', () => {
  async function listen(onSocket: (socket: Socket) => void): Promise<{ server: Server; url: string }> {
    const server = createServer(onSocket);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { server, url: `postgresql://someone:secret@127.0.0.1:${address.port}/market` };
  }

  test('a dead port is told at once, without the address', async () => {
    const { server, url } = await listen(() => {});
    await new Promise((resolve) => server.close(resolve));
    const dead = createTradingDatabase({ url, logger });
    const gone = await failure('SELECT 1', 2_000, dead);
    await dead.close();
    expect(gone).toMatchObject({ code: 'unreachable', facts: { systemCode: 'ECONNREFUSED' } });
    expect(JSON.stringify(gone)).not.toMatch(/secret|someone|127/);
  });

  test('a listener that never answers is given up within the time-out', async () => {
    const sockets: Socket[] = [];
    const { server, url } = await listen((socket) => sockets.push(socket));
    const mute = createTradingDatabase({ url, logger });
    const frozen = await failure('SELECT 1', 300, mute);
    expect(frozen).toMatchObject({ code: 'timeout', facts: { timeoutMs: 300 } });
    for (const socket of sockets) socket.destroy();
    server.close();
    await mute.close();
  });

  test('a backend that freezes is given up within the time-out, and the next query works', async () => {
    const one = createTradingDatabase({ url: database.url, logger, maxConnections: 1 });
    const { rows } = await one.query({ text: 'SELECT pg_backend_pid() AS pid', timeoutMs: 30_000 });
    const pid = Number(rows[0]?.pid);
    process.kill(pid, 'SIGSTOP');
    const frozen = await failure('SELECT 1', 300, one);
    const next = await one.ping(30_000);
    process.kill(pid, 'SIGCONT');
    await one.close();
    expect(frozen.code).toBe('timeout');
    expect(next).toBeGreaterThan(0);
  });
});
