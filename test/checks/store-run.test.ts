import { expect, test } from '@jest/globals';
import { storeRun } from '../../src/checks/store-run.js';
import type { CheckRun } from '../../src/domain/check-run.js';
import { aRun } from '../support/runs.js';

test('a look between checkpoints is stored only where it says NO-GO', async () => {
  const saved: string[] = [];
  const store = { saveRun: async (run: CheckRun) => void saved.push(run.verdict), onStoreError: () => {} };
  const stored = [];
  for (const verdict of ['GO', 'HOLD', 'NO_GO'] as const)
    stored.push(await storeRun({ ...aRun(), verdict }, store, 'NO_GO'));
  expect([stored, saved]).toEqual([[false, false, true], ['NO_GO']]);
  expect(await storeRun({ ...aRun(), verdict: 'GO' }, store, undefined)).toBe(true);
});
