import { chmod, mkdir, realpath, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../conversation/errors.js';
import { sha256Of } from '../../machine/sha256.js';
import { type Account, canReach } from './account.js';

/**
 * The folder that holds the database, made where needed: `DATA_DIR/postgres`. When root keeps DATA_DIR in a folder
 * that PostgreSQL's account cannot enter, that name becomes a link to a folder under `systemDir`, which also
 * remembers the choice.
 *
 * @returns the real folder, which the account can enter.
 * @throws Error when the account can no longer enter it.
 */
export async function preparePlace(
  dataDir: string,
  account: Account | undefined,
  systemDir: string,
): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const wanted = join(await realpath(dataDir), 'postgres');
  const present = await realpath(wanted).catch(() => undefined);
  if (present === undefined) await makePlace(wanted, account, systemDir);
  const place = await realpath(wanted);
  if (!(await canReach(account, place))) {
    throw new UserError('embedded_not_reached', { uid: account?.uid ?? 0, place });
  }
  return place;
}

async function makePlace(wanted: string, account: Account | undefined, systemDir: string): Promise<void> {
  await rm(wanted, { force: true });
  await makeOpen(wanted);
  if (await canReach(account, wanted)) return;
  const key = sha256Of(wanted).slice(0, 16);
  const elsewhere = join(systemDir, `database-${key}`);
  await makeOpen(systemDir);
  await makeOpen(elsewhere);
  await rm(wanted, { recursive: true });
  await symlink(elsewhere, wanted);
}

/** A folder that others may enter but not list, whatever our umask. */
async function makeOpen(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o711);
}

/** The owner of the files that are there decides, so that an account installed later does not lock us out. */
export async function ownerOf(path: string): Promise<Account | undefined> {
  return stat(path).then(
    ({ uid, gid }) => ({ uid, gid }),
    () => undefined,
  );
}
