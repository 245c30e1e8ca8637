import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import type { BaseSituation, HaltCase } from '../../src/selftest/cases-schema.js';
import { proveHalts } from '../../src/selftest/halt-cases.js';
import { casesFileOf, loadCases } from '../../src/selftest/load-cases.js';
import { createScratchDatabase, type ScratchDatabase } from '../../src/selftest/scratch-database.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

let beside: TestDatabase;
let database: ScratchDatabase;
let runbook: Runbook;
let base: BaseSituation;
let halts: readonly HaltCase[];
beforeAll(async () => {
  beside = await createEmptyDatabase();
  runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
  ({ base, halts } = await loadCases(casesFileOf(runbook.file), runbook));
  const tables = await readFile('runbooks/crypto_lob_ml/tables.sql', 'utf8');
  database = await createScratchDatabase(beside.url, tables, { warn: () => {} });
});
afterAll(async () => {
  await database.drop();
  await beside.drop();
});

test('the shipped cases of a halt come out as written, and no word of the orders gets by', async () => {
  const proof = await proveHalts(runbook, { base, halts }, database);
  expect(proof.halts.filter(({ agrees }) => !agrees)).toEqual([]);
  expect(proof.unnoticed).toEqual([]);
  expect(proof.tried).toBe(7);
});

test('a word that no case needs is named', async () => {
  const few = halts.filter(({ name }) => !/Expired|its exit/.test(name));
  const { unnoticed } = await proveHalts(runbook, { base, halts: few }, database);
  expect(unnoticed).toEqual([
    { kind: 'order_word', place: 'statuses.over', word: 'Expired' },
    { kind: 'order_word', place: 'exit', word: 'crypto_lob_ml_exit' },
  ]);
});

test('a runbook that has lost a word disagrees with its cases', async () => {
  const { orders } = runbook;
  if (orders === undefined) throw new Error('it says where orders stand');
  const statuses = { ...orders.statuses, over: orders.statuses.over.filter((word) => word !== 'Cancelled') };
  const spoiled = { ...runbook, orders: { ...orders, statuses } };
  const proof = await proveHalts(spoiled, { base, halts }, database);
  expect(proof.halts.filter(({ agrees }) => !agrees)).toEqual([
    {
      name: 'an entry that is Cancelled',
      expected: { resting: 0, open: 0 },
      seen: { resting: 1, open: 0 },
      agrees: false,
    },
  ]);
});
