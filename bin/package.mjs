// Makes the archive that is installed in production: lobml-VERSION.tgz in the current folder. It holds the built programs, the
// runbooks, the documentation and the manifest, no tests and no sandbox. What is not bundled is fetched at the installation, in the
// versions of package-lock.json.
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProduct, LEFT_OUTSIDE } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const FILES = [
  'bin/built.mjs',
  'bin/lobml.mjs',
  'bin/run-apart.mjs',
  'bin/start.mjs',
  'bin/terminal.mjs',
  'src/store/migrations',
  'src/model/model-trial.mjs',
  'runbooks',
  'docs',
  'manifest.json',
  'targets.example.yaml',
  '.env.example',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'SECURITY.md',
];

const readJson = async (name) => JSON.parse(await readFile(join(root, name), 'utf8'));

const stage = await mkdtemp(join(tmpdir(), 'lobml-package-'));
try {
  for (const name of FILES) await cp(join(root, name), join(stage, name), { recursive: true });
  await buildProduct(join(stage, 'dist'));
  await writeFile(join(stage, 'package.json'), `${JSON.stringify(await installedPackage(), undefined, 2)}\n`);
  const packed = ['pack', stage, '--pack-destination', process.cwd(), '--loglevel=error'];
  process.stdout.write(execFileSync('npm', packed, { encoding: 'utf8' }));
} finally {
  await rm(stage, { recursive: true });
}

/** What is bundled is no dependency of an installation; the rest stands in exactly the version that was tested. */
async function installedPackage() {
  const { name, version, description, license, type, engines, bin, optionalDependencies } =
    await readJson('package.json');
  const { packages } = await readJson('package-lock.json');
  const pinned = (names) =>
    Object.fromEntries(
      names.map((dependency) => [dependency, packages[`node_modules/${dependency}`].version]),
    );
  const optional = Object.keys(optionalDependencies);
  return {
    name,
    version,
    description,
    license,
    type,
    engines,
    bin,
    files: [...FILES.map((file) => file.split('/')[0]), 'dist'],
    dependencies: pinned(LEFT_OUTSIDE.filter((dependency) => !optional.includes(dependency))),
    optionalDependencies: pinned(optional),
  };
}
