import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { createScratchDatabase } from '../../src/selftest/scratch-database.js';
import { createSelfTest } from '../../src/selftest/self-test.js';
import { createEmptyDatabase } from '../support/database.js';

test('every case of the shipped runbook comes out as written, and every check is proved', async () => {
  const beside = await createEmptyDatabase();
  const progress: string[] = [];
  const selfTest = createSelfTest({
    runbook: await loadRunbook('runbooks/crypto_lob_ml.yaml'),
    createDatabase: () => createScratchDatabase(beside.url, { warn: () => {} }),
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: randomUUID,
  });
  const report = await selfTest.run((done, of) => progress.push(`${done}/${of}`));
  const surprises = report.proofs.flatMap(({ check, cases }) =>
    cases
      .filter(({ agrees }) => !agrees)
      .map(({ name, expected, result, verdict }) => ({
        check,
        name,
        expected,
        verdict,
        got: result.outcome,
        reason: result.reason,
      })),
  );
  expect(surprises).toEqual([]);
  expect(report.proofs.filter(({ state }) => state !== 'proved')).toEqual([]);
  expect(report.isProved).toBe(true);
  const of = report.proofs.flatMap(({ cases }) => cases).length;
  expect(progress.at(-1)).toBe(`${of}/${of}`);

  const { rows } = await beside.pool.query("SELECT 1 FROM pg_database WHERE datname LIKE 'lobml_selftest_%'");
  expect(rows).toEqual([]);
  await beside.drop();
}, 120_000);
