import { beforeAll, expect, test } from '@jest/globals';
import { compileStatement, loadSqlParser } from '../../src/runbook/statement.js';
import { isBoundOfThePast } from '../../src/selftest/past-bounds.js';

beforeAll(loadSqlParser);

const UNTIL = "COALESCE(${rowsUntil}::timestamptz, 'infinity')";
const LATER = `later AS MATERIALIZED (
  -- What came after it.
  SELECT a.id FROM orders a WHERE a.at > ${UNTIL} ORDER BY a.at LIMIT 1)`;

const isBound = (filter: string, later = LATER) => {
  const sql = `WITH ${later} SELECT COUNT(*) AS n FROM orders e, later l WHERE ${filter}`;
  return isBoundOfThePast(filter, compileStatement(sql, new Set(['rowsUntil', 'from'])));
};

test.each([[`e.at <= ${UNTIL}`], ['e.id < COALESCE((SELECT l.id FROM later l), 9223372036854775807)']])(
  'in a run %s leaves out nothing, so no case can prove it',
  (filter) => expect(isBound(filter)).toBe(true),
);

test.each([
  ['e.at <= ${from}'],
  [`e.at < ${UNTIL}`],
  [`(e.at <= ${UNTIL} AND e.kind = 'entry')`],
  ["(${rowsUntil}::timestamptz IS NOT NULL OR e.kind = 'entry')"],
  ["e.at <= COALESCE(${rowsUntil}::timestamptz, '2026-01-01')"],
  ['e.id < COALESCE((SELECT l.id FROM other l), 9223372036854775807)'],
  ['e.id < COALESCE((SELECT l.id FROM later l), 5)'],
])('%s must be proved', (filter) => {
  const other = `other AS (SELECT a.id FROM orders a WHERE a.at > \${from} ORDER BY a.at LIMIT 1), ${LATER}`;
  expect(isBound(filter, other)).toBe(false);
});

test('the first of rows that a run sees, too, must be proved', () => {
  const live = `later AS (SELECT a.id FROM orders a WHERE a.at > ${UNTIL} OR a.kind = 'x' ORDER BY a.at LIMIT 1)`;
  expect(isBound('e.id < COALESCE((SELECT l.id FROM later l), 9223372036854775807)', live)).toBe(false);
});
