import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a file of this package that is not compiled (SQL). The same call works from the sources and
 * from `dist`: the package's folder is the nearest one upwards that holds a `package.json`.
 */
export function packageFile(relativePath: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json stands above ${import.meta.url}.`);
    folder = parent;
  }
  return join(folder, relativePath);
}
