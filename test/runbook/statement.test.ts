import { beforeAll, describe, expect, test } from '@jest/globals';
import { compileStatement, loadSqlParser } from '../../src/runbook/statement.js';
import { inWordsAtOnce } from '../support/in-words.js';

beforeAll(loadSqlParser);

const known = new Set(['a', 'b']);

describe('what is read', () => {
  test('each name is bound once, in the order in which it first stands', () => {
    expect(compileStatement('SELECT ${b}, ${ a }, ${b}', known)).toEqual({
      text: 'SELECT $1, $2, $1',
      parameters: ['b', 'a'],
      functions: [],
    });
  });

  test('the functions that it calls are named', () => {
    const { functions } = compileStatement('SELECT LOWER(x), pg_catalog.count(*) FROM f(1) x', known);
    expect([...functions].sort()).toEqual(['count', 'f', 'lower']);
  });

  test.each([
    'SELECT 1',
    'SELECT 1;',
    'WITH x AS MATERIALIZED (SELECT 1 AS n) SELECT * FROM x',
    'SELECT 1 UNION ALL SELECT 2',
    "SELECT ';' -- ; DELETE",
    'VALUES (1)',
  ])('%s', (sql) => {
    expect(compileStatement(sql, known).text).toBe(sql);
  });
});

describe('what is refused', () => {
  test.each([
    ['SELECT ${c}', /`c`, which does not exist/],
    ['SELECT 1; SELECT 2', /2 statements/],
    ['', /cannot be empty/],
    ['-- nothing', /0 statements/],
    ['SELECT FROM WHERE', /does not parse/],
    ['DELETE FROM t', /more than read/],
    ['UPDATE t SET a = 1', /more than read/],
    ['INSERT INTO t VALUES (1) RETURNING a', /more than read/],
    ['WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d', /more than read/],
    [
      'SELECT * FROM (WITH d AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM d) x',
      /does not parse|more than read/,
    ],
    ['SELECT 1 INTO t', /more than read/],
    ['SELECT * FROM t FOR UPDATE', /more than read/],
    ['CREATE TABLE t (a int)', /more than read/],
    ['TRUNCATE t', /more than read/],
    ['SET work_mem = 1', /more than read/],
    ['BEGIN', /more than read/],
    ['EXPLAIN ANALYZE SELECT 1', /more than read/],
    ['COPY t TO STDOUT', /more than read/],
    ["SELECT set_config('search_path', 'x', false)", /`set_config`/],
    ["SELECT pg_catalog.SET_CONFIG('search_path', 'x', false)", /`set_config`/],
    ['SELECT * FROM t WHERE pg_sleep(1) IS NULL', /`pg_sleep`/],
    ['SELECT pg_advisory_lock(1)', /`pg_advisory_lock`/],
    ['SELECT pg_try_advisory_xact_lock_shared(1)', /`pg_try_advisory/],
    ["SELECT lo_from_bytea(0, '')", /`lo_from_bytea`/],
    ["SELECT pg_notify('a', 'b')", /`pg_notify`/],
    ["SELECT pg_logical_emit_message(true, 'a', 'b')", /`pg_logical_emit_message`/],
    ['SELECT txid_current()', /`txid_current`/],
    ['SELECT pg_catalog.pg_current_xact_id()', /`pg_current_xact_id`/],
    ['SELECT pg_export_snapshot()', /`pg_export_snapshot`/],
    ["SELECT * FROM dblink('host=x', 'SELECT 1') AS t(a int)", /`dblink`/],
    ["SELECT pg_read_file('/etc/passwd')", /`pg_read_file`/],
    ["SELECT query_to_xml('DELETE FROM t', true, true, '')", /`query_to_xml`/],
    ["WITH x AS (SELECT nextval('s') AS n) SELECT n FROM x", /`nextval`/],
    ['MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE', /more than read/],
  ])('%s', (sql, sentence) => {
    expect(() => inWordsAtOnce(() => compileStatement(sql, known))).toThrow(sentence);
  });
});

describe('a clock of its own', () => {
  test.each([
    ['SELECT now()', 'now()'],
    ['SELECT pg_catalog.NOW()', 'now()'],
    ['SELECT 1 WHERE CURRENT_TIMESTAMP > ${a}', 'CURRENT_TIMESTAMP'],
    ['SELECT CURRENT_TIMESTAMP(0)', 'CURRENT_TIMESTAMP'],
    ['SELECT CURRENT_DATE', 'CURRENT_DATE'],
    ['SELECT CURRENT_TIME', 'CURRENT_TIME'],
    ['SELECT LOCALTIME(1)', 'LOCALTIME'],
    ['SELECT LOCALTIMESTAMP', 'LOCALTIMESTAMP'],
    ['SELECT clock_timestamp()', 'clock_timestamp()'],
    ['SELECT "statement_timestamp"()', 'statement_timestamp()'],
    ['SELECT (SELECT MAX(transaction_timestamp()) FROM t)', 'transaction_timestamp()'],
    ['SELECT timeofday()', 'timeofday()'],
    ['SELECT age(at) FROM t', 'age()'],
    ["SELECT 'now'::timestamptz", "'now'"],
    ["SELECT * FROM t WHERE at > ' Today 12:00 UTC'", "' Today 12:00 UTC'"],
    ["SELECT date 'yesterday'", "'yesterday'"],
    ["SELECT timestamptz('tomorrow')", "'tomorrow'"],
    ["SELECT 'nowhere', 'market now open', CURRENT_USER, age(a, b), '5 minutes'::interval FROM t", undefined],
  ])('%s', (sql, word) => {
    const compiling = () => inWordsAtOnce(() => compileStatement(sql, known));
    if (word === undefined) expect(compiling).not.toThrow();
    else expect(compiling).toThrow(`reads a clock (\`${word}\`)`);
  });

  test.each([
    "SELECT ('no' || 'w')::timestamptz",
    "SELECT CAST(concat('no', 'w') AS timestamp)",
    "SELECT CAST(lower('NO') || 'w' AS date)",
    "SELECT timestamptz('no' || 'w')",
    "SELECT pg_catalog.timestamptz(format('%s%s', 'no', 'w'))",
    "SELECT (metadata->>'at')::timestamptz FROM t",
    "SELECT COALESCE(NULL, 'no' || 'w')::timestamptz",
    "SELECT (SELECT 'no' || 'w')::timestamptz",
    "SELECT (CASE WHEN a THEN at ELSE 'no' || 'w' END)::date FROM t",
    "WITH x AS (SELECT 'no' || 'w' AS word) SELECT word::timestamptz FROM x",
    "SELECT v.word::time FROM (VALUES ('no' || 'w')) AS v(word)",
    'SELECT at FROM jsonb_to_record(\'{"at": "now"}\') AS x(at timestamptz)',
    'SELECT (jsonb_populate_record(NULL::t, \'{"at": "now"}\')).at',
    "SELECT max(lower('NO') || 'w')::date FROM t",
    "SELECT lower(concat('NO', 'W'))::date",
    "SELECT ARRAY['no' || 'w']::timestamptz[]",
    "SELECT tstzrange('[' || 'now,)')",
  ])('is not hidden in a text that is put together: %s', (sql) => {
    expect(() => inWordsAtOnce(() => compileStatement(sql, known))).toThrow('put together');
  });

  test.each([
    ["SELECT timestamptz '  NOW '", "'  NOW '"],
    ["SELECT CAST('Today' AS date)", "'Today'"],
    ["SELECT '{now}'::timestamptz[]", "'{now}'"],
    ["SELECT '[2026-01-01, tomorrow)'::tstzrange", "'[2026-01-01, tomorrow)'"],
    ["SELECT E'no\\x77'::timestamptz", "'now'"],
    ["SELECT 'UTC now'::timestamptz", "'UTC now'"],
  ])('is a word of a text that becomes a moment: %s', (sql, word) => {
    expect(() => inWordsAtOnce(() => compileStatement(sql, known))).toThrow(`reads a clock (\`${word}\`)`);
  });

  test.each([
    "SELECT ${a}::timestamptz - INTERVAL '5 minutes', to_timestamp(0)::date, at::date, '-infinity'::timestamptz FROM t",
    "SELECT MAX(at)::date, date_trunc('day', at)::timestamptz, (at + INTERVAL '1 s')::time FROM t",
    'WITH x AS (SELECT MAX(at) AS last FROM t) SELECT COALESCE(last, ${a}::timestamptz)::date FROM x',
    "SELECT 'no' || 'w', lower('MARKET NOW OPEN'), timestamp FROM t",
  ])('is none in %s', (sql) => {
    expect(() => inWordsAtOnce(() => compileStatement(sql, known))).not.toThrow();
  });

  test('is named with its line, also after characters of several bytes', () => {
    const sql = "-- 数据新鲜度\nSELECT 1\nFROM t\nWHERE at > NOW() - INTERVAL '5 minutes'";
    expect(() => compileStatement(sql, known)).toThrow(expect.objectContaining({ line: 4 }));
  });

  test('the statement’s clock is at hand by one name', () => {
    const names = new Set([...known, 'now']);
    expect(compileStatement('SELECT 1 FROM t WHERE at > ${now} + ${a}', names)).toEqual({
      text: 'SELECT 1 FROM t WHERE at > statement_timestamp() + $1',
      parameters: ['a'],
      functions: [],
    });
  });
});
