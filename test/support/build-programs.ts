import { join } from 'node:path';
import { build } from 'esbuild';

export const ROOT = join(import.meta.dirname, '..', '..');
/** Inside the package, so that a program there finds its dependencies. */
export const PROGRAMS_FOLDER = join(ROOT, 'node_modules', '.cache', 'lobml');

export interface ProgramsOptions {
  readonly entryPoints: readonly string[];
  readonly folder: string;
  readonly extension: '.js' | '.mjs';
  /**
   * With its dependencies inside: a program that a test starts again and again then starts in two thirds of the time.
   * Not for one whose dependencies read files of their own.
   */
  readonly isWhole?: boolean;
}

/** Compiles programs for real processes, so that tests need no build of the whole project. */
export async function buildPrograms({ entryPoints, folder, extension, isWhole }: ProgramsOptions) {
  await build({
    entryPoints: [...entryPoints],
    outdir: folder,
    entryNames: '[name]',
    outExtension: { '.js': extension },
    bundle: true,
    ...(isWhole ? { external: ['pg-native'], banner: { js: REQUIRE } } : { packages: 'external' }),
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
}

/**
 * What CommonJS dependencies expect to find around them; and the `navigator` that Node has from 21 on: where there is
 * none, `pg` loads all of `fetch` to learn where it runs, which is half of such a program's start.
 */
const REQUIRE = `
globalThis.navigator ??= { userAgent: 'Node.js/' + process.versions.node.split('.')[0] };
import { createRequire as lobmlRequire } from 'node:module';
const require = lobmlRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
`;
