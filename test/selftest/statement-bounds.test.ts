import { beforeAll, expect, test } from '@jest/globals';
import { compileStatement, loadSqlParser, parseStatements } from '../../src/runbook/statement.js';
import { liveClauses } from '../../src/selftest/live-clauses.js';
import { movedBounds } from '../../src/selftest/statement-bounds.js';

beforeAll(loadSqlParser);

const PARAMS = { most: 2, words: ['a', 'b'], shown: 3 };

function boundsOf(sql: string, read: readonly string[]) {
  const statement = compileStatement(sql, new Set([...Object.keys(PARAMS), 'asOf']));
  return movedBounds(statement, liveClauses(statement.text, read), PARAMS);
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: a statement's own
const SQL = `SELECT COUNT(*) FILTER (WHERE word = ANY(\${words}::text[])) AS known,
    COUNT(*) FILTER (WHERE lag > \${shown} AND at > \${asOf} - INTERVAL '9 days') AS late
  FROM orders WHERE lag < \${most} AND at > \${asOf}::timestamptz - INTERVAL '5 minutes'`;
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: a statement's own

test('what a statement compares with is moved, the spans of time too, and nothing that only a text shows', () => {
  expect(boundsOf(SQL, ['known']).map(({ from, to, params }) => [from, to, params])).toEqual([
    ['words = ["a","b"]', '["a-other","b"]', { words: ['a-other', 'b'] }],
    ['words = ["a","b"]', '["a","b-other"]', { words: ['a', 'b-other'] }],
    ['most = 2', '4', { most: 4 }],
    ['most = 2', '1', { most: 1 }],
    ['most = 2', '3002', { most: 3002 }],
    ['most = 2', '-2998', { most: -2998 }],
    ["INTERVAL '5 minutes'", "2 * INTERVAL '5 minutes'", {}],
    ["INTERVAL '5 minutes'", "0.5 * INTERVAL '5 minutes'", {}],
  ]);
});

test('what is held against the clock of the statement goes far only: no case can lie a second beside it', () => {
  const names = new Set([...Object.keys(PARAMS), 'now']);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a statement's own
  const sql = 'SELECT COUNT(*) AS n FROM orders WHERE at > ${now} + make_interval(secs => ${most})';
  const statement = compileStatement(sql, names);
  const moved = movedBounds(statement, liveClauses(statement.text, ['n']), PARAMS);
  expect(moved.map(({ to }) => to)).toEqual(['3002', '-2998']);
});

test('a moved span of time is a statement still', () => {
  const spans = boundsOf(SQL, ['known', 'late']).filter(({ from }) => from.startsWith('INTERVAL'));
  expect(spans).toHaveLength(4);
  for (const { statement, to } of spans) {
    expect(statement.text).toContain(`- (${to})`);
    expect(parseStatements(statement.text)).toHaveLength(1);
  }
});
