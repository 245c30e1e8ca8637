import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { TestServer } from './test-server.js';

/** One server a run of Jest, however many projects run: Jest calls the setup once for each of them. */
const held = globalThis as typeof globalThis & { lobmlTestServer?: Promise<TestServer> };

export default async function globalSetup(
  _global: unknown,
  project: { readonly rootDir: string },
): Promise<void> {
  held.lobmlTestServer ??= startFromBundle(project.rootDir);
  const server = await held.lobmlTestServer;
  // The workers are started later and inherit it.
  process.env.LOBML_TEST_DATABASE_URL = server.url;
}

/** Jest loads this file outside its module mapping, where `x.js` does not find `x.ts`: so the rest is bundled. */
async function startFromBundle(root: string): Promise<TestServer> {
  // Tests start the built programs, which `npm ci` does not build.
  const { ensureBuilt }: { ensureBuilt(): void } = await import(join(root, 'bin', 'built.mjs'));
  ensureBuilt();
  const outfile = join(root, 'node_modules', '.cache', 'lobml', `test-server-${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, 'test', 'support', 'test-server.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const bundle: typeof import('./test-server.js') = await import(outfile);
  await rm(outfile);
  return bundle.startTestServer();
}
