import { posix } from 'node:path';
import { type Host, HostError } from '../../../hosts/host.js';
import { sha256Of } from '../../../machine/sha256.js';

/** Of a name on every file system in use. */
const MAX_NAME_BYTES = 255;

/**
 * Where an artefact with this content is kept on its host: hidden, beside its place, under a name that only this
 * content has. Nothing else writes there.
 */
export function keptPathOf(path: string, sha256: string): string {
  const [folder, name] = [posix.dirname(path), posix.basename(path)];
  const kept = `.lobml-kept-${sha256}-${name}`;
  const fits = Buffer.byteLength(kept) <= MAX_NAME_BYTES;
  return posix.join(folder, fits ? kept : `.lobml-kept-${sha256}-${sha256Of(name)}`);
}

/** Makes sure that the file at `path`, which has this content, is also kept. @throws HostError */
export async function keepArtefact(
  host: Pick<Host, 'name' | 'stat' | 'sha256' | 'copyFile'>,
  { path, sha256 }: { readonly path: string; readonly sha256: string },
  signal: AbortSignal,
): Promise<string> {
  const keptPath = keptPathOf(path, sha256);
  if ((await presentSha256(host, keptPath, signal)) === sha256) return keptPath;
  await host.copyFile(path, keptPath, { signal });
  if ((await presentSha256(host, keptPath, signal)) === sha256) return keptPath;
  const facts = { host: host.name, path };
  throw new HostError('changed_since_plan', { code: 'host_replaced_while_kept', facts });
}

/** Puts what was kept back in its place. @throws HostError, also where the kept copy is not what its name says */
export async function putKeptBack(
  host: Pick<Host, 'name' | 'stat' | 'sha256' | 'copyFile'>,
  { path, sha256 }: { readonly path: string; readonly sha256: string },
  signal: AbortSignal,
): Promise<void> {
  const keptPath = keptPathOf(path, sha256);
  if ((await presentSha256(host, keptPath, signal)) !== sha256) {
    const facts = { host: host.name, path };
    throw new HostError('unreadable_answer', { code: 'host_kept_damaged', facts });
  }
  await host.copyFile(keptPath, path, { signal });
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
