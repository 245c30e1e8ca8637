import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

test('each table of the trading system is written down in one file, which every other runbook links to', () => {
  const root = new URL('../../', import.meta.url);
  const files = ['runbooks', 'sandbox'].flatMap((name) =>
    readdirSync(new URL(name, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.sql') && !file.includes('node_modules'))
      .map((file) => `${name}/${file}`),
  );
  const tablesOf = (file: string) =>
    [...readFileSync(new URL(file, root), 'utf8').matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g)].map(
      ([, table]) => table,
    );
  const owned = files.filter((file) => !lstatSync(new URL(file, root)).isSymbolicLink()).flatMap(tablesOf);
  expect(owned.length).toBeGreaterThan(3);
  expect(owned).toEqual([...new Set(owned)]);
  // A link that leads nowhere could not be read.
  const second = tablesOf('sandbox/runbooks/crypto_rl_policy/tables.sql');
  expect(second).toContain('agent_order_executions');
});
