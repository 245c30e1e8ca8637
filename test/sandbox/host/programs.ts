import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const PROGRAMS = ['ploy', 'supervisor', 'collector', 'hostctl'];

export interface SandboxPrograms {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Compiles the sandbox's programs, so that tests run real processes without a build of the whole project. */
export async function buildSandboxPrograms(): Promise<SandboxPrograms> {
  const root = join(import.meta.dirname, '..', '..', '..');
  // Inside the package, so that the programs find its dependencies.
  const folder = join(root, 'node_modules', '.cache', 'lobml', `programs-${process.pid}-${Date.now()}`);
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [...PROGRAMS, 'trading-host'].map((name) => join(root, 'sandbox', 'host', `${name}.ts`)),
    outdir: folder,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
