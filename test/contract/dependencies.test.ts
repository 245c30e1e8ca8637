import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

/** The import rules of docs/architecture.md, held by reading the import statements. */

const root = fileURLToPath(new URL('../../', import.meta.url));

interface SourceFile {
  /** From the package's folder. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

interface Import {
  /** A module's name, or a path from the package's folder. */
  readonly of: string;
  readonly isTypeOnly: boolean;
}

const STATIC = /^(?:import|export)\b(?<clause>[^;'"]*?)\bfrom\s+['"](?<of>[^'"]+)['"]/gm;
const BARE = /^import\s+['"](?<of>[^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"](?<of>[^'"]+)['"]\s*\)/g;

function importsOf(path: string, text: string): readonly Import[] {
  const found = [STATIC, BARE, DYNAMIC].flatMap((pattern) => [...text.matchAll(pattern)]);
  return found.map(({ groups }) => ({
    of: resolved(path, groups?.of ?? ''),
    isTypeOnly: /^\s*type\b/.test(groups?.clause ?? ''),
  }));
}

const resolved = (from: string, of: string): string =>
  of.startsWith('.') ? normalize(join(dirname(from), of)).replace(/\.js$/, '.ts') : of;

function sourcesIn(folder: string): readonly SourceFile[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => {
      const path = relative(root, join(entry.parentPath, entry.name));
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

const src = sourcesIn('src');
const commands = sourcesIn('commands');
const views = sourcesIn('views');
const sandbox = sourcesIn('sandbox');
const product = [...src, ...commands, ...views];

/** `FILE imports MODULE` for every import of the files that the rule forbids. */
function broken(
  files: readonly SourceFile[],
  isForbidden: (imported: Import, file: SourceFile) => boolean,
): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((imported) => isForbidden(imported, file))
      .map(({ of }) => `${file.path} imports ${of}`),
  );
}

/** Files whose code (not their comments) holds the pattern. */
const holding = (files: readonly SourceFile[], pattern: RegExp): string[] =>
  files.filter(({ text }) => pattern.test(withoutComments(text))).map(({ path }) => path);

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');

const isIn = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
const isModule = (name: string) => (of: string) => of === name || of.startsWith(`${name}/`);

describe('the reader of imports', () => {
  test('sees every form', () => {
    const text = [
      "import { a } from './a.js';",
      "import type { B } from '../b.js';",
      "import {\n  c,\n} from 'zod';",
      "export { d } from './d.js';",
      "import './e.js';",
      "await import('./f.js');",
    ].join('\n');
    expect(importsOf('src/x/y.ts', text)).toEqual([
      { of: 'src/x/a.ts', isTypeOnly: false },
      { of: 'src/b.ts', isTypeOnly: true },
      { of: 'zod', isTypeOnly: false },
      { of: 'src/x/d.ts', isTypeOnly: false },
      { of: 'src/x/e.ts', isTypeOnly: false },
      { of: 'src/x/f.ts', isTypeOnly: false },
    ]);
  });

  test('finds the sources and their imports', () => {
    expect(product.length).toBeGreaterThan(100);
    expect(product.flatMap(({ imports }) => imports).length).toBeGreaterThan(300);
  });

  test('every relative import leads to a file', () => {
    const paths = new Set([...product, ...sandbox].map(({ path }) => path));
    const isRelative = ({ of }: Import) => /^(src|commands|views)\//.test(of);
    expect(broken(product, (imported) => isRelative(imported) && !paths.has(imported.of))).toEqual([]);
  });
});

describe('who may know whom', () => {
  test('the domain knows zod, date-fns, a library of statistics and itself', () => {
    const allowed = ['zod', 'date-fns', 'simple-statistics'].map(isModule);
    const domain = src.filter(({ path }) => isIn('src/domain')(path));
    expect(broken(domain, ({ of }) => !isIn('src/domain')(of) && !allowed.some((is) => is(of)))).toEqual([]);
  });

  test('Bolt and Slack’s client are known to src/slack alone', () => {
    const isSlackLibrary = ({ of }: Import) => isModule('@slack/bolt')(of) || isModule('@slack/web-api')(of);
    const outside = product.filter(({ path }) => !isIn('src/slack')(path));
    expect(broken(outside, isSlackLibrary)).toEqual(SLACK_ELSEWHERE);
  });

  test('src knows commands, views and the sandbox in main.ts alone', () => {
    const wiring = ['src/main.ts'];
    const isOuter = ({ of }: Import) => /^(commands|views|sandbox)\//.test(of);
    expect(
      broken(
        src.filter(({ path }) => !wiring.includes(path)),
        isOuter,
      ),
    ).toEqual([]);
  });

  test('nothing of the product knows the sandbox, the tests or the bench', () => {
    expect(broken(product, ({ of }) => /^(sandbox|test|bench)\//.test(of))).toEqual([]);
  });

  test('a command talks to no database and no host', () => {
    const isAdapter = ({ of, isTypeOnly }: Import) =>
      isModule('pg')(of) ||
      isModule('execa')(of) ||
      of === 'node:child_process' ||
      (isIn('src/hosts')(of) && !isTypeOnly && of !== 'src/hosts/host.ts') ||
      (isIn('src/store')(of) && !isTypeOnly && !of.endsWith('-error.ts'));
    expect(broken(commands, isAdapter)).toEqual([]);
  });

  test('a view knows values only: no adapter, no node module', () => {
    const isEffect = ({ of, isTypeOnly }: Import) =>
      of.startsWith('node:') || of === 'pg' || (!isTypeOnly && /^src\/(hosts|store|slack|worker)\//.test(of));
    expect(broken(views, isEffect)).toEqual([]);
    expect(broken(views, ({ of }) => isIn('commands')(of))).toEqual([]);
  });
});

describe('clocks and environment', () => {
  test('process.env is read by src/config/config.ts alone', () => {
    expect(holding(product, /\bprocess\.env\b/)).toEqual(['src/config/config.ts', ...ENVIRONMENT_ELSEWHERE]);
  });

  test('a view reads no clock', () => {
    expect(holding(views, /\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.now\(|\bMath\.random\(/)).toEqual(
      [],
    );
  });

  test('the domain reads no clock, no randomness and no environment', () => {
    const domain = src.filter(({ path }) => isIn('src/domain')(path));
    expect(
      holding(domain, /\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.|\bMath\.random\(|\bprocess\./),
    ).toEqual([]);
  });

  test('nothing of the product writes to the console', () => {
    expect(holding(product, /\bconsole\.\w+\(/)).toEqual([]);
  });
});

/** Exceptions to the rules, each with its reason. */
const ENVIRONMENT_ELSEWHERE: readonly string[] = [];
// `lobml doctor` asks Slack itself who its tokens are, without loading Bolt.
const SLACK_ELSEWHERE: readonly string[] = ['src/doctor/web-client.ts imports @slack/web-api'];

describe('circles', () => {
  test('no import leads back to its own file, types aside', () => {
    const graph = new Map(
      product.map(({ path, imports }) => [
        path,
        imports.filter(({ isTypeOnly }) => !isTypeOnly).map(({ of }) => of),
      ]),
    );
    expect(circleIn(graph)).toBeUndefined();
  });

  test('a circle is found', () => {
    expect(
      circleIn(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toBe('b → c → b');
    expect(
      circleIn(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['c']],
          ['c', []],
        ]),
      ),
    ).toBeUndefined();
  });
});

function circleIn(graph: ReadonlyMap<string, readonly string[]>): string | undefined {
  const finished = new Set<string>();
  const visit = (file: string, way: readonly string[]): string | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file].join(' → ');
    if (finished.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...way, file]);
      if (circle !== undefined) return circle;
    }
    finished.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
