import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { createRunbookKeeper } from '../../src/checks/store/keep-runbook.js';
import { sha256Of } from '../../src/machine/sha256.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { keepDocument, selectDocument } from '../../src/store/kept-documents.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const SHIPPED = 'runbooks/crypto_lob_ml/runbook.yaml';

test('a runbook is kept once, with every statement beside it, under the hash of its runs', async () => {
  const runbook = await loadRunbook(SHIPPED, PROBE_KINDS);
  const failed: unknown[] = [];
  const keep = createRunbookKeeper(database.pool, runbook, (error) => void failed.push(error));
  await keep();
  await keep();
  await createRunbookKeeper(database.pool, runbook, (error) => void failed.push(error))();
  expect(failed).toEqual([]);
  const kept = await selectDocument(database.pool, 'runbook', runbook.sha256);
  const [first, ...others] = kept?.files ?? [];
  expect(first).toEqual({ name: 'runbook.yaml', text: await readFile(SHIPPED, 'utf8') });
  expect(others.length).toBeGreaterThan(3);
  for (const { name, text } of others) {
    expect(name).toMatch(/\.sql$/);
    expect(text).toBe(await readFile(`runbooks/crypto_lob_ml/${name}`, 'utf8'));
  }
  const { rows } = await database.pool.query("SELECT 1 FROM lobml.kept_documents WHERE kind = 'runbook'");
  expect(rows).toHaveLength(1);
});

test('a text that is another one than its hash says is not kept', async () => {
  const files = [{ name: 'm.meta.json', text: '{"auc": NaN, "odd": "\u0000"}' }];
  const sha256 = sha256Of(files[0]?.text ?? '');
  expect(await keepDocument(database.pool, { kind: 'model_meta', sha256: 'ab', files })).toBe(false);
  expect(await selectDocument(database.pool, 'model_meta', 'ab')).toBeUndefined();
  expect(await keepDocument(database.pool, { kind: 'model_meta', sha256, files })).toBe(true);
  expect((await selectDocument(database.pool, 'model_meta', sha256))?.files).toEqual(files);
  expect(await selectDocument(database.pool, 'runbook', sha256)).toBeUndefined();
});

test('where it cannot be kept that is told, and tried again with the next run', async () => {
  const runbook = await loadRunbook(SHIPPED, PROBE_KINDS);
  const asked: string[] = [];
  const away = {
    query: async (text: string) => {
      asked.push(text);
      throw new Error('the database is away');
    },
  };
  const failed: unknown[] = [];
  const keep = createRunbookKeeper(away, runbook, (error) => void failed.push(error));
  await keep();
  await keep();
  expect([asked.length, failed.length]).toEqual([2, 2]);
});
