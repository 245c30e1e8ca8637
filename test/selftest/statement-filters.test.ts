import { beforeAll, expect, test } from '@jest/globals';
import { compileStatement, loadSqlParser, parseStatements } from '../../src/runbook/statement.js';
import { liveClauses } from '../../src/selftest/live-clauses.js';
import { filtersOf } from '../../src/selftest/statement-filters.js';

beforeAll(loadSqlParser);

const KNOWN = new Set(['agentId', 'accountId', 'windowFrom', 'windowTo']);

function filters(sql: string, read: readonly string[], columns?: readonly string[]) {
  const statement = compileStatement(sql, KNOWN);
  const clauses = liveClauses(statement.text, read, columns && new Set(columns));
  return filtersOf(statement, clauses);
}

const texts = (...args: Parameters<typeof filters>) => filters(...args).map(({ text }) => text);

test('every operand of AND is a filter, and so is each bound of a window', () => {
  const sql = `-- 执行概览
    SELECT COUNT(*) AS n FROM orders e
    WHERE e.agent_id = \${agentId} AND (\${accountId}::text IS NULL OR e.account_id = \${accountId}::text)
      AND (e.at BETWEEN \${windowFrom} AND \${windowTo} OR e.at > '数' AND e.dry_run) AND TRUE
    GROUP BY e.agent_id`;
  expect(texts(sql, ['n'])).toEqual([
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: a statement's own
    'e.agent_id = ${agentId}',
    '(${accountId}::text IS NULL OR e.account_id = ${accountId}::text)',
    "(e.at BETWEEN ${windowFrom} AND ${windowTo} OR e.at > '数' AND e.dry_run)",
    'e.at >= ${windowFrom}',
    'e.at <= ${windowTo}',
    "e.at > '数'",
    'e.dry_run',
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: a statement's own
  ]);
});

test('a dropped filter leaves the rest as it is, and the types of its parameters', () => {
  const [agent, from, to] = filters(
    'SELECT n FROM orders WHERE agent = ${agentId} AND at BETWEEN ${windowFrom} AND ${windowTo} ORDER BY n',
    ['n'],
  );
  expect(agent?.without.text).toBe(
    'SELECT n FROM orders WHERE (TRUE OR (agent = $1)) AND at BETWEEN $2 AND $3 ORDER BY n',
  );
  expect(from?.without.text).toContain('AND (at <= $3 AND (TRUE OR (at BETWEEN $2 AND $3))) ORDER BY n');
  expect(to?.without.text).toContain('AND (at >= $2 AND (TRUE OR (at BETWEEN $2 AND $3))) ORDER BY n');
});

test('filters stand in aggregates, joins, subqueries, and in columns that compare', () => {
  const sql = `WITH o AS (SELECT kind = 'entry' AS is_entry, at, id FROM orders WHERE agent = 'a')
    SELECT COUNT(*) FILTER (WHERE is_entry) AS entries,
           EXISTS (SELECT 1 FROM decisions d WHERE d.id = o2.id AND (SELECT TRUE WHERE d.at < 3)) AS decided
    FROM o LEFT JOIN LATERAL (SELECT LEFT(id, 3) AS id FROM o WHERE LEFT(id, 1) = 'x') o2 ON o2.id = o.id
    WHERE at IS DISTINCT FROM 4 GROUP BY 2 HAVING COUNT(*) > 1`;
  expect(texts(sql, ['entries', 'decided']).toSorted()).toEqual(
    [
      "kind = 'entry'",
      "agent = 'a'",
      'is_entry',
      'd.id = o2.id',
      '(SELECT TRUE WHERE d.at < 3)',
      'd.at < 3',
      "LEFT(id, 1) = 'x'",
      'o2.id = o.id',
      'at IS DISTINCT FROM 4',
      'COUNT(*) > 1',
    ].toSorted(),
  );
});

test('a branch of CASE is always taken, and never', () => {
  const sql = `SELECT CASE WHEN d.at IS NULL AND (e.x = 1 OR e.y) THEN 'waiting' WHEN d.said = 'no' THEN 'blocked' ELSE 'fine' END AS state,
           CASE e.kind WHEN 'a' THEN 1 END AS kind, CASE WHEN e.z THEN 1 END AS figure
    FROM orders e`;
  expect(filters(sql, ['state', 'kind']).map(({ text, holds }) => [text, holds])).toEqual([
    ['d.at IS NULL', true],
    ['(e.x = 1 OR e.y)', true],
    ['d.at IS NULL AND (e.x = 1 OR e.y)', false],
    ["d.said = 'no'", true],
    ["d.said = 'no'", false],
  ]);
  expect(filters(sql, ['state']).at(-1)?.without.text).toContain(
    "WHEN (FALSE AND (d.said = 'no')) THEN 'blocked'",
  );
});

test('what feeds no column that a condition reads is no filter of the check', () => {
  const sql = `WITH o AS (SELECT * FROM orders WHERE agent = 'a'),
      earlier AS (SELECT string_agg(x, ',') AS words FROM orders WHERE at < 3)
    SELECT (SELECT jsonb_agg(g ORDER BY g.later) FROM (
              SELECT kind, (SELECT words FROM earlier) AS baseline, y = 2 AS later FROM o WHERE at > 3) g) AS kinds,
           (SELECT jsonb_agg(w) FROM (SELECT weight FROM o WHERE at > 4) w) AS weights`;
  expect(texts(sql, ['kind'], ['kinds'])).toEqual(["agent = 'a'", 'at > 3']);
  expect(texts(sql, ['kind', 'weight', 'baseline'], ['kinds', 'weights']).toSorted()).toEqual(
    ["agent = 'a'", 'at < 3', 'at > 3', 'at > 4'].toSorted(),
  );
});

test('what the grammar puts in by itself has no place', () => {
  const sql = "SELECT COUNT(*) AS n FROM t WHERE at > ago - INTERVAL '5 minutes' AND x";
  expect(texts(sql, ['n'])).toEqual(["at > ago - INTERVAL '5 minutes'", 'x']);
});

test('what is left of a statement is one of PostgreSQL’s grammar', () => {
  const sql = `SELECT CASE WHEN a AND b THEN 1 END AS n FROM t
    WHERE NOT (a OR b) AND c NOT BETWEEN 1 AND 2 AND (d AND (e OR f AND g)) AND x IN (SELECT y FROM z WHERE q) LIMIT 3`;
  const all = filters(sql, ['n']);
  expect(all.map(({ text }) => text).toSorted()).toEqual(
    [
      'a',
      'b',
      'a AND b',
      'NOT (a OR b)',
      'c NOT BETWEEN 1 AND 2',
      'd',
      '(e OR f AND g)',
      'f',
      'g',
      'x IN (SELECT y FROM z WHERE q)',
      'q',
    ].toSorted(),
  );
  for (const { without } of all) expect(parseStatements(without.text)).toHaveLength(1);
});
