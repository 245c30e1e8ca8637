import { lstat, readlink } from 'node:fs/promises';
import { posix } from 'node:path';

/** As the kernel: it gives up on a path with more. */
const MAX_LINKS = 40;

/** When the symbolic links that lead to a file were last set: one that was turned brings other bytes to its path. */
export async function linksChanged(path: string, left = MAX_LINKS): Promise<readonly Date[]> {
  if (left === 0 || path === '/' || path === '.') return [];
  const folder = posix.dirname(path);
  const found = await lstat(path);
  if (!found.isSymbolicLink()) return linksChanged(folder, left);
  const target = posix.resolve(folder, await readlink(path));
  const further = [linksChanged(folder, left - 1), linksChanged(target, left - 1)];
  return [found.ctime, ...(await Promise.all(further)).flat()];
}
