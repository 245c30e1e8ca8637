import { dirname, isAbsolute, join, normalize, posix } from 'node:path';
import { type CallOptions, type Host, HostError } from './host.js';

/** Whether a path without symbolic links or `..` is the folder itself or below it. */
export function isInside(realFolder: string, realPath: string): boolean {
  const relative = posix.relative(realFolder, realPath);
  return relative === '' || (!relative.startsWith('../') && relative !== '..' && !isAbsolute(relative));
}

/**
 * The real path of something inside a folder, after every symbolic link; it need not exist yet, its folder must.
 * @param path absolute, or relative to the folder.
 * @throws HostError `outside_folder`, `not_found`
 */
export async function resolveInside(
  host: Pick<Host, 'name' | 'stat'>,
  folder: string,
  path: string,
  options?: CallOptions,
): Promise<string> {
  const asked = normalize(isAbsolute(path) ? path : join(folder, path));
  const [root, found] = await Promise.all([host.stat(folder, options), host.stat(asked, options)]);
  if (root === undefined)
    throw new HostError('not_found', {
      code: 'host_folder_missing',
      facts: { host: host.name, path: folder },
    });
  const realPath = found?.realPath ?? (await realPathOfMissing(host, asked, options));
  if (!isInside(root.realPath, realPath)) {
    const facts = { host: host.name, path: asked, folder };
    throw new HostError('outside_folder', { code: 'host_leads_outside', facts });
  }
  return realPath;
}

async function realPathOfMissing(
  host: Pick<Host, 'name' | 'stat'>,
  path: string,
  options?: CallOptions,
): Promise<string> {
  const parent = await host.stat(dirname(path), options);
  if (parent === undefined)
    throw new HostError('not_found', { code: 'host_no_place', facts: { host: host.name, path } });
  return join(parent.realPath, posix.basename(path));
}
