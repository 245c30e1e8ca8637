// Bundles the page of the local Slack into dist/sandbox/slack/page: index.html, page.js, page.css. No network.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = import.meta.dirname;
const target = join(source, '..', '..', '..', 'dist', 'sandbox', 'slack', 'page');

/** Builds the page and returns the folder it stands in. Safe while another process builds or serves it. */
export async function buildPage() {
  const bundle = await build({
    entryPoints: { page: join(source, 'main.tsx') },
    outdir: target,
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  const styles = await build({
    entryPoints: { page: join(source, 'style', 'page.css') },
    outdir: target,
    bundle: true,
    write: false,
    minify: true,
    logLevel: 'warning',
  });
  await mkdir(target, { recursive: true });
  for (const file of [...bundle.outputFiles, ...styles.outputFiles]) {
    await replaceFile(join(target, basename(file.path)), file.contents);
  }
  await replaceFile(join(target, 'index.html'), await readFile(join(source, 'index.html')));
  return target;
}

/** Writes beside and renames, so that a reader never sees half a file. */
export async function replaceFile(path, contents) {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, contents);
  await rename(draft, path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage();
}
