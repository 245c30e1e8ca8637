import { posix } from 'node:path';
import type { Host } from '../../hosts/host.js';

/**
 * Where an artefact with this content is kept on its host: hidden, beside its place, under a name that only this
 * content has. Nothing else writes there.
 */
export function keptPathOf(path: string, sha256: string): string {
  return posix.join(posix.dirname(path), `.lobml-kept-${sha256}-${posix.basename(path)}`);
}

/** Makes sure that the file at `path`, which has this content, is also kept. @throws HostError */
export async function keepArtefact(
  host: Pick<Host, 'stat' | 'copyFile'>,
  { path, sha256 }: { readonly path: string; readonly sha256: string },
  signal: AbortSignal,
): Promise<string> {
  const keptPath = keptPathOf(path, sha256);
  // A copy appears under its name only when it is complete.
  if ((await host.stat(keptPath, { signal })) === undefined) await host.copyFile(path, keptPath, { signal });
  return keptPath;
}

/** SHA-256 of what stands there; '' where nothing does. @throws HostError */
export async function presentSha256(
  host: Pick<Host, 'stat' | 'sha256'>,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const found = await host.stat(path, { signal });
  return found === undefined ? '' : host.sha256(path, { signal });
}
