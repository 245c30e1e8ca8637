import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE_NAME = 'lobml';

/**
 * The folder of our package.json, found by walking up from a module. The files that are no code (migrations,
 * runbooks) stand at the same place below it whether the sources or their build in `dist/` run.
 *
 * @param moduleUrl the caller's `import.meta.url`
 * @throws Error when the module stands outside the package.
 */
export function findPackageRoot(moduleUrl: string): string {
  for (let folder = dirname(fileURLToPath(moduleUrl)); ; folder = dirname(folder)) {
    if (isOurs(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) {
      throw new Error(
        `No package.json of ${PACKAGE_NAME} above ${fileURLToPath(moduleUrl)}: install it whole.`,
      );
    }
  }
}

/**
 * Where a program of ours stands beside whoever starts it: among the built ones when that runs from `dist/`.
 *
 * @param moduleUrl the caller's `import.meta.url`
 * @param path from the package's folder, without extension, e.g. `src/app/checks-process`.
 */
export function programPath(moduleUrl: string, path: string): string {
  const root = findPackageRoot(moduleUrl);
  const built = join(root, 'dist');
  return fileURLToPath(moduleUrl).startsWith(`${built}${sep}`)
    ? `${join(built, path)}.js`
    : `${join(root, path)}.ts`;
}

function isOurs(file: string): boolean {
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === PACKAGE_NAME;
}
