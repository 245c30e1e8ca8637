import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import fc from 'fast-check';
import { unifiedDiff } from '../../src/domain/unified-diff.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-diff-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const line = fc.constantFrom('a', 'b', 'c', '', '  lag: 10 # why', '-x', '+y');
const text = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 25 }), fc.boolean())
  .map(([lines, ends]) => lines.join('\n') + (ends ? '\n' : ''));

test('git applies it, and has the other text then', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, async (before, after) => {
      const patch = unifiedDiff(before, after, 'file.yaml');
      if (before === after) return expect(patch).toBe('');
      if (before === '' || after === '') return;
      await writeFile(join(folder, 'file.yaml'), before);
      await execa('git', ['apply', '--whitespace=nowarn', '-'], { cwd: folder, input: patch });
      expect(await readFile(join(folder, 'file.yaml'), 'utf8')).toBe(after);
    }),
    { numRuns: 60 },
  );
});

test('three lines stand around a change, and changes that are near each other stand together', () => {
  const before = Array.from({ length: 30 }, (_, index) => `line ${index}\n`);
  const after = before.with(5, 'other 5\n').with(8, 'other 8\n').with(25, 'other 25\n');
  expect(unifiedDiff(before.join(''), after.join(''), 'x').split('\n')).toEqual([
    '--- a/x',
    '+++ b/x',
    '@@ -3,10 +3,10 @@',
    ' line 2',
    ' line 3',
    ' line 4',
    '-line 5',
    '+other 5',
    ' line 6',
    ' line 7',
    '-line 8',
    '+other 8',
    ' line 9',
    ' line 10',
    ' line 11',
    '@@ -23,7 +23,7 @@',
    ' line 22',
    ' line 23',
    ' line 24',
    '-line 25',
    '+other 25',
    ' line 26',
    ' line 27',
    ' line 28',
    '',
  ]);
});
