import { beforeAll, expect, test } from '@jest/globals';
import { loadSqlParser } from '../../src/runbook/statement.js';
import { neededRows } from '../../src/selftest/needed-rows.js';

beforeAll(loadSqlParser);

const A = 'INSERT INTO a (x) VALUES (1)';
const B = 'INSERT INTO b (x) VALUES (1)';
const SETUP = 'SET TIME ZONE 3';

test('a table that neither the check nor the case names is not filled', () => {
  expect(neededRows([A, SETUP, B], 'SELECT x FROM a', [])).toEqual([A, SETUP]);
  expect(neededRows([A, B], 'SELECT x FROM a', ['INSERT INTO a (x) SELECT x FROM b'])).toEqual([A, B]);
  expect(neededRows([A, B], 'SELECT x FROM a WHERE EXISTS (SELECT FROM b)', [])).toEqual([A, B]);
});

test('what one statement of the base takes from another table has to be there', () => {
  const fromB = 'INSERT INTO a (x) SELECT x FROM b';
  expect(neededRows([B, fromB], 'SELECT x FROM a', [])).toEqual([B, fromB]);
});

test('where a check reads what nothing fills by itself, all is filled', () => {
  expect(neededRows([A, B], 'SELECT x FROM a JOIN some_view USING (x)', [])).toEqual([A, B]);
});
