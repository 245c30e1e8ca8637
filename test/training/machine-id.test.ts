import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createMachineId } from '../../src/training/machine-id.js';

test('a machine is known by its state folder, whatever it is called', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'machine-'));
  const [here, there] = [join(folder, 'here'), join(folder, 'there')];
  const first = await Promise.all([
    createMachineId(here, () => 'a-1')(),
    createMachineId(here, () => 'a-2')(),
  ]);
  expect(new Set(first).size).toBe(1);
  expect(await createMachineId(here, () => 'renamed')()).toBe(first[0]);
  expect(await createMachineId(there, () => 'a-3')()).toBe('a-3');
  await rm(folder, { recursive: true });
});
