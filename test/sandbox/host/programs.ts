import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPrograms, PROGRAMS_FOLDER, ROOT } from '../../support/build-programs.js';

const PROGRAMS = ['ploy', 'policy', 'supervisor', 'collector', 'hostctl', 'venue'];

export interface SandboxPrograms {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Compiles the sandbox's programs, so that tests run real processes without a build of the whole project. */
export async function buildSandboxPrograms(): Promise<SandboxPrograms> {
  const folder = join(PROGRAMS_FOLDER, `programs-${process.pid}-${Date.now()}`);
  const entryPoints = [...PROGRAMS, 'trading-host'].map((name) =>
    join(ROOT, 'sandbox', 'host', `${name}.ts`),
  );
  await buildPrograms({ entryPoints, folder, extension: '.js' });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
