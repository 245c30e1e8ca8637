import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const PLACES = ['src', 'commands', 'views', 'runbooks', 'docs', 'test'];
/** Stands for what a reader names. */
const STAND_IN = /[A-Z]{4}/;

const files = PLACES.flatMap((place) =>
  readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' }).map((file) => `${place}/${file}`),
);
const names = new Set(files.map((file) => basename(file)));

/** The files and folders that a text names in code: from the package's folder, from one of `src`, or by name alone. */
function lostIn(text: string): readonly string[] {
  const named = [...text.matchAll(/`([\w./-]+)`/g)].map(([, word = '']) => word);
  const paths = named.filter(
    (word) => (word.includes('/') || /\.(ts|md|yaml)$/.test(word)) && !STAND_IN.test(word),
  );
  expect(paths.length).toBeGreaterThan(10);
  const isThere = (path: string) =>
    ['', 'src', 'docs'].some((folder) => existsSync(join(ROOT, folder, path))) || names.has(path);
  return paths.filter((path) => !isThere(path));
}

test.each(['docs/architecture.md', 'README.md'])(
  'every file and folder that %s names is there',
  (document) => {
    const text = readFileSync(join(ROOT, document), 'utf8');
    const layout = document === 'README.md' ? text.slice(text.indexOf('## Layout')) : text;
    expect(lostIn(layout)).toEqual([]);
  },
);

test('a file that has moved is missed', () => {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  expect(lostIn(text.replace('`src/halt/kill-switch.ts`', '`src/rollback/kill-switch.ts`'))).toEqual([
    'src/rollback/kill-switch.ts',
  ]);
});

test('each folder of src stands in the layout of the README', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `src/${name}/`);
  expect(folders.filter((folder) => !text.includes(`\`${folder}\``))).toEqual([]);
});
