import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TradingQueries } from '../../src/checks/context/check-context.js';
import type { CheckResult } from '../../src/domain/check-run.js';
import { SOURCE_QUERY } from '../../src/trading/source-state.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { checkSentence, remedySentence } from '../../views/check-sentence.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { createFileStage, entry, type FileStage } from './support/file-stage.js';

const logger = { warn: () => {} };
let database: TestDatabase;
let trading: TradingDatabase;
let stage: FileStage;

beforeAll(async () => {
  database = await createEmptyDatabase();
  await database.pool.query(
    "CREATE TABLE feed (symbol text, lag float8); INSERT INTO feed VALUES ('BTC', 1), ('ETH', 2)",
  );
  trading = createTradingDatabase({ url: database.url, logger });
});
afterAll(async () => {
  await trading.close();
  await database.drop();
});
beforeEach(async () => {
  stage = await createFileStage();
  await stage.place('own.env', 'TOY__NAME=right\n');
});
afterEach(() => stage.remove());

const CONDITIONS = ['pass: rows.all(r, r.lag < params.limit)', 'fail: rows.exists(r, r.lag >= 60.0)'];
const env = entry('env.name', 'env: NAME', 'pass: rows.all(r, r.value == "right")', 'fail: "false"');
const sql = (id: string, statement: string, ...keys: string[]) =>
  entry(id, `sql: ${statement}`, ...CONDITIONS, ...keys);
/** Longer than any time-out here, without a function that the loader refuses. */
const SLOW =
  'SELECT lag FROM feed, generate_series(1, 100000) a, generate_series(1, 100000) b WHERE a + b < 0';
const brief = ({ outcome, reason }: CheckResult) => [outcome, reason.code, reason.facts?.code];

describe('an SQL check', () => {
  test('binds its parameters and shows what it sent', async () => {
    const { 'feed.lag': result } = await stage.run({
      trading,
      checks: sql('feed.lag', 'SELECT symbol, lag FROM feed WHERE lag < ${limit} ORDER BY symbol'),
    });
    expect(result).toMatchObject({
      outcome: 'PASS',
      observed: [
        { symbol: 'BTC', lag: 1 },
        { symbol: 'ETH', lag: 2 },
      ],
      evidence: { sql: 'SELECT symbol, lag FROM feed WHERE lag < $1 ORDER BY symbol', parameters: [10] },
      expected: 'pass: rows.all(r, r.lag < 10); fail: rows.exists(r, r.lag >= 60.0)',
    });
  });

  test('NULL and NaN are an ERROR beside what was measured, and no data alone', async () => {
    const of = (values: string) => `SELECT * FROM (VALUES ${values}) AS v(symbol, lag)`;
    const results = await stage.run({
      trading,
      checks: [
        sql('feed.null', of("('BTC', 1::float8), ('ETH', NULL)")),
        sql('feed.nan', of("('BTC', 'NaN'::float8)")),
        sql('feed.aggregate', 'SELECT MAX(lag) AS lag FROM feed WHERE FALSE'),
        sql('feed.none', 'SELECT lag FROM feed WHERE FALSE'),
      ].join(''),
    });
    expect(Object.values(results).map(brief)).toEqual([
      ['ERROR', 'condition_error', undefined],
      ['ERROR', 'condition_error', undefined],
      ['INCONCLUSIVE', 'no_data', undefined],
      ['INCONCLUSIVE', 'no_data', undefined],
    ]);
  });

  test('checks that name one query share its execution, also its failure', async () => {
    const sent: string[] = [];
    const counting: TradingQueries = {
      query: (request) => {
        sent.push(request.text);
        return trading.query(request);
      },
    };
    const shared = (id: string, query: string) => entry(id, `query: ${query}`, ...CONDITIONS);
    const results = await stage.run({
      trading: counting,
      queries: 'both: { sql: SELECT lag FROM feed }\nbroken: { sql: SELECT lag FROM nowhere }',
      checks: [
        shared('a.one', 'both'),
        shared('a.two', 'both'),
        shared('b.one', 'broken'),
        shared('b.two', 'broken'),
      ].join(''),
    });
    expect(sent.sort()).toEqual(['SELECT lag FROM feed', 'SELECT lag FROM nowhere', SOURCE_QUERY]);
    expect(Object.values(results).map(({ outcome }) => outcome)).toEqual(['PASS', 'PASS', 'ERROR', 'ERROR']);
    const broken = { sql: 'SELECT lag FROM nowhere', parameters: [] };
    expect(results).toMatchObject({ 'b.one': { evidence: broken }, 'b.two': { evidence: broken } });
  });
});

describe('a list of a shared query', () => {
  test.each([
    ['two rows', 'SELECT \'[{"lag":1}]\'::jsonb AS list FROM generate_series(1, 2)'],
    ['an unknown column', 'SELECT * FROM (SELECT \'[{"lag":1}]\'::jsonb AS lists FROM feed LIMIT 1) AS one'],
    ['a null element', 'SELECT \'[{"lag":1}, null]\'::jsonb AS list'],
    ['an element that is no record', 'SELECT \'[{"lag":1}, 5]\'::jsonb AS list'],
    ['no list', 'SELECT \'{"lag":1}\'::jsonb AS list'],
    ['two columns of one name', 'SELECT \'[{"lag":1}]\'::jsonb AS list, 2 AS list'],
  ])('%s is an ERROR', async (_name, statement) => {
    const { 'feed.lag': result } = await stage.run({
      trading,
      queries: `one: { sql: ${JSON.stringify(statement)} }`,
      checks: entry('feed.lag', 'query: one', 'column: list', ...CONDITIONS),
    });
    expect(result?.outcome).toBe('ERROR');
  });

  test.each(["'[]'::jsonb", 'NULL::jsonb', "'[{}]'::jsonb"])('%s is no data', async (value) => {
    const { 'feed.lag': result } = await stage.run({
      trading,
      queries: `one: { sql: ${JSON.stringify(`SELECT ${value} AS list`)} }`,
      checks: entry('feed.lag', 'query: one', 'column: list', ...CONDITIONS),
    });
    expect(result && brief(result)).toEqual(['INCONCLUSIVE', 'no_data', undefined]);
  });
});

test('a missing symbol and one that is late are both named', async () => {
  const { 'feed.lag': result } = await stage.run({
    trading,
    checks: sql(
      'feed.lag',
      "SELECT symbol, lag + 70 AS lag FROM feed WHERE symbol = 'BTC'",
      'expectKeys: { column: symbol, parameter: names }',
      'wrongRows: r.lag >= 10.0',
      "problem: { en: '{symbol} {lag:secs} s', zh-CN: '{symbol} {lag:secs} 秒' }",
    ),
  });
  if (result === undefined) throw new Error('the check did not run');
  expect(result.outcome).toBe('FAIL');
  expect(checkSentence(result, 'en')).toBe('No row at all for ETH. BTC 71.0 s');
  expect(checkSentence(result, 'zh-CN')).toContain('BTC 71.0 秒');
});

describe('a probe that sees too much is an ERROR, and the other checks stand', () => {
  const rows = (count: number) => `SELECT n::float8 / 1e9 AS lag FROM generate_series(1, ${count}) n`;
  const texts = "fine: { en: '{lag}', zh-CN: '{lag}' }";

  test.each([
    ['rows', rows(80_000), 'too_many_rows'],
    ['bytes', "SELECT 1.0 AS lag, repeat('x', 5000000) AS filler", 'too_large'],
  ])('%s', async (_name, statement, code) => {
    const { 'feed.lag': result, 'env.name': other } = await stage.run({
      trading,
      checks: sql('feed.lag', statement, texts) + env,
    });
    expect(result && brief(result)).toEqual(['ERROR', 'database_error', code]);
    expect(other?.outcome).toBe('PASS');
  });

  test('rows of a list', async () => {
    const { 'feed.lag': result } = await stage.run({
      trading,
      queries:
        'one: { sql: "SELECT json_agg(json_build_object(\'lag\', 1)) AS list FROM generate_series(1, 10001)" }',
      checks: entry('feed.lag', 'query: one', 'column: list', ...CONDITIONS),
    });
    expect(result).toMatchObject({
      outcome: 'ERROR',
      reason: { code: 'too_many_rows', facts: { maxRows: 10_000 } },
    });
  });

  test('as many as may be are judged, and each sentence is said once', async () => {
    const { 'feed.lag': result } = await stage.run({ trading, checks: sql('feed.lag', rows(10_000), texts) });
    expect(result?.outcome).toBe('PASS');
    expect(result?.says).toHaveLength(10_000);
  });
});

describe('conditions that cost more than judging may', () => {
  const SQUARE = 'rows.all(a, rows.filter(b, b.lag >= a.lag).size() > 0)';
  const over = (id: string, statement: string, ...keys: string[]) => entry(id, `sql: ${statement}`, ...keys);
  const TEN_THOUSAND = 'SELECT n::float8 AS lag FROM generate_series(1, 10000) AS n';

  test.each([
    ['pass', `pass: ${SQUARE}`, 'fail: rows.exists(r, r.lag < 0.0)'],
    ['fail', 'pass: rows.all(r, r.lag > 0.0)', `fail: '!(${SQUARE})'`],
    [
      'whichever the answer is',
      `pass: '!(${SQUARE}) || rows.size() > 0'`,
      'fail: rows.exists(r, r.lag < 0.0)',
    ],
  ])('are an ERROR of their check alone, soon, and say what to do: %s', async (_name, pass, fail) => {
    const started = performance.now();
    const results = await stage.run({
      trading,
      checks: [
        over('feed.square', TEN_THOUSAND, pass, fail),
        over(
          'feed.linear',
          TEN_THOUSAND,
          'pass: rows.all(r, r.lag > 0.0)',
          'fail: rows.exists(r, r.lag < 0.0)',
        ),
      ].join(''),
    });
    expect(performance.now() - started).toBeLessThan(5_000);
    const { 'feed.square': costly, 'feed.linear': kept } = results;
    expect([costly, kept].map((result) => result && brief(result))).toEqual([
      ['ERROR', 'too_costly', undefined],
      ['PASS', 'conditions_hold', undefined],
    ]);
    expect(costly && checkSentence(costly, 'en')).toMatch(/cost more/);
    expect(costly && remedySentence(costly, 'en')).toMatch(/Let the SQL count/);
  });

  test('hide no failure that was found before', async () => {
    const nested = 'SELECT 99 AS lag, array_agg(n::text) AS names FROM generate_series(1, 10000) AS n';
    const { 'feed.nested': result } = await stage.run({
      trading,
      checks: over(
        'feed.nested',
        nested,
        ...CONDITIONS,
        'wrongRows: r.names.all(a, r.names.filter(b, b == a).size() > 0)',
      ),
    });
    expect(result?.outcome).toBe('FAIL');
  });
});

describe('a trading database that does not answer as it should is an ERROR within the time-out', () => {
  const look = async (using: TradingQueries | undefined, statement = 'SELECT lag FROM feed', ms = 5_000) => {
    const started = performance.now();
    const checks = sql('feed.lag', statement, `timeoutMs: ${ms}`) + env;
    const results = await stage.run({ checks, ...(using === undefined ? {} : { trading: using }) });
    expect(results['env.name']?.outcome).toBe('PASS');
    // Far from any time-out of the driver or the server, and room for a machine that is busy.
    expect(performance.now() - started).toBeLessThan(ms + 20_000);
    const result = results['feed.lag'];
    if (result === undefined) throw new Error('the check did not run');
    return brief(result);
  };

  test('it is not configured', async () => {
    expect(await look(undefined)).toEqual(['ERROR', 'not_configured', undefined]);
  });

  test('down', async () => {
    const url = new URL(database.url);
    url.port = '1';
    const down = createTradingDatabase({ url: url.href, logger });
    expect(await look(down)).toEqual(['ERROR', 'database_error', 'unreachable']);
    await down.close();
  });

  test('slow', async () => {
    expect(await look(trading, SLOW, 4_000)).toEqual(['ERROR', 'database_error', 'timeout']);
  });

  test('locked', async () => {
    const owner = await database.pool.connect();
    await owner.query('BEGIN; LOCK TABLE feed IN ACCESS EXCLUSIVE MODE');
    const seen = await look(trading);
    await owner.query('ROLLBACK');
    owner.release();
    expect(seen).toEqual(['ERROR', 'database_error', 'locked']);
  });

  test('without the table', async () => {
    expect(await look(trading, 'SELECT lag FROM nowhere')).toEqual([
      'ERROR',
      'database_error',
      'missing_table',
    ]);
  });

  test('without the right', async () => {
    const role = `reader_${process.pid}`;
    await database.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'right'`);
    const url = new URL(database.url);
    url.username = role;
    url.password = 'right';
    const stranger = createTradingDatabase({ url: url.href, logger });
    const seen = await look(stranger);
    await stranger.close();
    await database.pool.query(`DROP ROLE ${role}`);
    expect(seen).toEqual(['ERROR', 'database_error', 'permission_denied']);
  });

  test('a client that heeds no time-out at all', async () => {
    const deaf: TradingQueries = { query: () => new Promise(() => {}) };
    expect(await look(deaf, 'SELECT lag FROM feed', 200)).toEqual(['ERROR', 'probe_timeout', undefined]);
  });

  test('a fault of our own stays within its check', async () => {
    const broken: TradingQueries = { query: () => Promise.reject(new TypeError('boom')) };
    expect(await look(broken)).toEqual(['ERROR', 'probe_failed', undefined]);
  });
});

describe('a run', () => {
  const requested = { checks: env };

  test('carries its verdict and until when it stands', async () => {
    const { run, stored } = await stage.finish(requested);
    expect(stored).toBe(true);
    expect(run).toMatchObject({
      verdict: 'GO',
      asOf: '2026-03-01T12:00:00.000Z',
      validUntil: '2026-03-01T12:10:00.000Z',
    });
  });

  test('that cannot be stored is as good, and says so', async () => {
    const failures: unknown[] = [];
    const { run, stored } = await stage.finish({
      ...requested,
      saveRun: () => Promise.reject(new Error('the database is away')),
      onStoreError: (error) => failures.push(error),
    });
    expect({ stored, verdict: run.verdict, failures: failures.length }).toEqual({
      stored: false,
      verdict: 'GO',
      failures: 1,
    });
  });

  test('asks the database before it looks at hosts, and keeps the order of the runbook', async () => {
    const asked: string[] = [];
    const { run } = await stage.finish({
      checks: env + sql('feed.lag', 'SELECT lag FROM feed'),
      trading: {
        query(request) {
          asked.push('database');
          return trading.query(request);
        },
      },
      wrapHost: (host) => ({
        ...host,
        readFile(path, options) {
          asked.push('host');
          return host.readFile(path, options);
        },
      }),
    });
    // The statement, and whether the server that answers is current.
    expect(asked).toEqual(['database', 'database', 'host', 'host']);
    expect(run.checks.map(({ id }) => id)).toEqual(['env.name', 'feed.lag']);
  });

  test('of what may be wrong with a row, only what is wrong is said', async () => {
    const say = (en: string) => `say: { en: "${en}", zh-CN: "${en}。" }`;
    const text = [
      `{ when: "r.lag >= params.limit", ${say('{symbol} is late')} }`,
      `{ when: "r.lag < 0.0", ${say('{symbol} is early')} }`,
    ].join(', ');
    const { 'feed.lag': result } = await stage.run({
      trading,
      checks: sql(
        'feed.lag',
        "SELECT * FROM (VALUES ('BTC', 75::float8), ('ETH', -1)) AS v(symbol, lag)",
        'problem: { en: "{symbol}?", zh-CN: "{symbol}？" }',
        `problems: [${text}]`,
      ),
    });
    expect(result?.says.map(({ en }) => en)).toEqual(['BTC is late', 'ETH is early']);
  });

  test('a shadow check is shown and does not decide', async () => {
    const shadow = entry('env.shadow', 'env: NAME', 'mode: shadow', 'pass: "false"', 'fail: "true"');
    const { run } = await stage.finish({ checks: env + shadow });
    expect(run.checks.map(({ outcome }) => outcome)).toEqual(['PASS', 'FAIL']);
    expect(run.verdict).toBe('GO');
    expect((await stage.finish({ checks: shadow })).run.verdict).toBe('HOLD');
  });
});

describe('a new check is a new entry, nothing else', () => {
  test('of SQL, environment and file kind, against a real PostgreSQL and real files', async () => {
    const path = await stage.place('seen/heartbeat', 'alive since noon');
    const checks = [
      sql(
        'extra.feed',
        'SELECT symbol, lag FROM feed',
        'fine: { en: "{symbol} {lag:secs} s", zh-CN: "{symbol} {lag:secs} 秒" }',
      ),
      entry(
        'extra.name',
        'env: NAME',
        'pass: rows.all(r, r.value.startsWith("r"))',
        'fail: rows.exists(r, r.value == "")',
      ),
      entry(
        'extra.heartbeat',
        `file: ${path}`,
        'pass: rows.all(r, r.exists && r.size > 0)',
        'fail: rows.exists(r, !r.exists)',
      ),
    ].join('');
    const good = await stage.finish({ trading, checks });
    expect(good.run.verdict).toBe('GO');
    expect(good.run.checks[0]?.says).toEqual([
      { en: 'BTC 1.0 s', 'zh-CN': 'BTC 1.0 秒' },
      { en: 'ETH 2.0 s', 'zh-CN': 'ETH 2.0 秒' },
    ]);
    await database.pool.query("UPDATE feed SET lag = 75 WHERE symbol = 'ETH'");
    const bad = await stage.finish({ trading, checks });
    await database.pool.query("UPDATE feed SET lag = 2 WHERE symbol = 'ETH'");
    expect(bad.run.checks.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['extra.feed', 'FAIL'],
      ['extra.name', 'PASS'],
      ['extra.heartbeat', 'PASS'],
    ]);
    expect(bad.run.verdict).toBe('NO_GO');
  });
});
