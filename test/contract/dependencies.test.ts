import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';

/** The rules of docs/architecture.md that biome.jsonc cannot say: about folders, clocks and randomness. */

const root = fileURLToPath(new URL('../../', import.meta.url));

interface SourceFile {
  /** From the package's folder. */
  readonly path: string;
  readonly nodes: readonly SyntaxNode[];
}

type SyntaxNode = Readonly<Record<string, unknown>> & { readonly type: string };

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Every node of a syntax tree, itself first. */
function nodesIn(value: unknown, found: SyntaxNode[] = []): SyntaxNode[] {
  if (typeof value !== 'object' || value === null) return found;
  if (isNode(value)) found.push(value);
  for (const below of Object.values(value)) nodesIn(below, found);
  return found;
}

const parsed = (text: string): SyntaxNode[] => nodesIn(parseSync(text, { syntax: 'typescript' }));

function sourcesIn(folder: string): readonly SourceFile[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .map((path) => ({ path, nodes: parsed(readFileSync(join(root, path), 'utf8')) }));
}

/** The modules that a file names, types included: `import`, `export … from`, `import()`, `import('…').Type`. */
function modulesNamed(nodes: readonly SyntaxNode[]): string[] {
  return nodes.flatMap((node) => {
    const isCall = node.type === 'CallExpression' && isNode(node.callee) && node.callee.type === 'Import';
    const named = isCall
      ? nodesIn(node.arguments).slice(0, 1)
      : [node.type === 'TsImportType' ? node.argument : node.source];
    return named.flatMap((of) => (isNode(of) && of.type === 'StringLiteral' ? [String(of.value)] : []));
  });
}

/** The files of ours that a file imports, from the package's folder. */
const filesNamed = ({ path, nodes }: SourceFile): string[] =>
  modulesNamed(nodes)
    .filter((of) => of.startsWith('.'))
    .map((of) => normalize(join(dirname(path), of)).replace(/\.js$/, '.ts'));

const src = sourcesIn('src');
const views = sourcesIn('views');
const product = [...src, ...sourcesIn('commands'), ...views];

/** `A and B: FILE imports FILE` for each two folders that import each other, told by the direction that is rarer. */
function mutualFolders(files: readonly SourceFile[], folderOf: (path: string) => string): string[] {
  const imports = new Map<string, string[]>();
  for (const file of files) {
    for (const of of filesNamed(file)) {
      const [from, to] = [folderOf(file.path), folderOf(of)];
      if (from === to) continue;
      const way = `${from} → ${to}`;
      imports.set(way, [...(imports.get(way) ?? []), `${file.path} imports ${of}`]);
    }
  }
  return [...imports.entries()].flatMap(([way, there]) => {
    const [from, to] = way.split(' → ');
    const back = imports.get(`${to} → ${from}`);
    if (back === undefined || String(from) > String(to)) return [];
    return [`${from} and ${to}: ${(there.length <= back.length ? there : back).sort()[0]}`];
  });
}

/** `src/halt`, `commands`, `views`: what owns one noun. */
function ownerOf(path: string): string {
  const [first = '', second = ''] = dirname(path).split('/');
  return first === 'src' && second !== '' ? `src/${second}` : first;
}

describe('the reader of imports', () => {
  test('sees every form', () => {
    const text = [
      "import { a } from './a.js';",
      "import type { B } from '../b.js';",
      "import {\n  c,\n} from 'zod';",
      "export { d } from './d.js';",
      "export * from './e.js';",
      "import './f.js';",
      "await import('./g.js');",
      "type H = import('./h.js').H;",
      "const text = \"import { x } from './none.js'\"; // import './none.js'",
    ].join('\n');
    expect(modulesNamed(parsed(text)).sort()).toEqual([
      '../b.js',
      './a.js',
      './d.js',
      './e.js',
      './f.js',
      './g.js',
      './h.js',
      'zod',
    ]);
  });

  test('every relative import leads to a file', () => {
    const paths = new Set(product.map(({ path }) => path));
    const lost = product.flatMap((file) =>
      filesNamed(file)
        .filter((of) => of.endsWith('.ts') && !paths.has(of))
        .map((of) => `${file.path} imports ${of}`),
    );
    expect(product.length).toBeGreaterThan(100);
    expect(lost).toEqual([]);
  });
});

describe('folders', () => {
  test('no two import each other, types included', () => {
    expect(mutualFolders(product, ownerOf)).toEqual([]);
  });

  test('nor do two inside of one', () => {
    expect(mutualFolders(product, dirname)).toEqual([]);
  });

  test('two that import each other are found', () => {
    const file = (path: string, of: string) => ({ path, nodes: parsed(`import type { X } from '${of}';`) });
    const files = [
      file('src/a/x.ts', '../b/y.js'),
      file('src/b/z.ts', '../a/x.js'),
      file('src/c/u.ts', '../a/x.js'),
    ];
    expect(mutualFolders(files, ownerOf)).toEqual(['src/a and src/b: src/a/x.ts imports src/b/y.ts']);
  });
});

describe('clocks and randomness', () => {
  test('a view reads none', () => {
    expect(clockReads(views)).toEqual([]);
  });

  test('the domain reads none, and nothing of the process', () => {
    const domain = src.filter(({ path }) => path.startsWith('src/domain/'));
    expect(clockReads(domain)).toEqual([]);
    expect(domain.filter(({ nodes }) => nodes.some(isProcess)).map(({ path }) => path)).toEqual([]);
  });

  test('each way to read one is found', () => {
    const reads = ['Date.now()', 'new Date()', 'new Date', 'performance.now()', 'Math.random()', 'Date()'];
    for (const read of reads) expect(clockReads([{ path: read, nodes: parsed(read) }])).toEqual([read]);
    expect(clockReads([{ path: 'a moment', nodes: parsed('new Date(0); now(); // Date.now()') }])).toEqual(
      [],
    );
    expect(parsed('process.env').some(isProcess)).toBe(true);
  });
});

const clockReads = (files: readonly SourceFile[]): string[] =>
  files.filter(({ nodes }) => nodes.some(readsClock)).map(({ path }) => path);

function readsClock(node: SyntaxNode): boolean {
  if (node.type === 'NewExpression')
    return isNamed(node.callee, 'Date') && nodesIn(node.arguments).length === 0;
  if (node.type === 'CallExpression') return isNamed(node.callee, 'Date');
  if (node.type !== 'MemberExpression') return false;
  return CLOCKS.some(
    ([object, property]) => isNamed(node.object, object) && isNamed(node.property, property),
  );
}

const CLOCKS = [
  ['Date', 'now'],
  ['performance', 'now'],
  ['Math', 'random'],
] as const;

const isNamed = (node: unknown, name: string): boolean =>
  isNode(node) && node.type === 'Identifier' && node.value === name;

const isProcess = (node: SyntaxNode): boolean =>
  node.type === 'MemberExpression' && isNamed(node.object, 'process');
