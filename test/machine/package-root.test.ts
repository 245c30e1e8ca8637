import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { findPackageRoot, programPath } from '../../src/machine/package-root.js';

const root = join(import.meta.dirname, '../..');
const urlOf = (path: string) => pathToFileURL(join(root, path)).href;

test.each(['src/main.ts', 'dist/chunks/shared.js', 'node_modules/.cache/lobml/some.mjs'])(
  'the package is found from %s',
  (path) => expect(findPackageRoot(urlOf(path))).toBe(root),
);

test.each([
  ['dist/src/main.js', 'dist/src/app/checks-process.js'],
  ['dist/chunks/shared.js', 'dist/src/app/checks-process.js'],
  ['src/checks/apart/checks-child.ts', 'src/app/checks-process.ts'],
  ['distant/main.js', 'src/app/checks-process.ts'],
])('from %s a program is %s', (from, program) => {
  expect(programPath(urlOf(from), 'src/app/checks-process')).toBe(join(root, program));
});
