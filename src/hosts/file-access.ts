import { posix } from 'node:path';

/** An account as the host knows it. */
export interface Account {
  readonly uid: number;
  readonly gids: readonly number[];
}

interface AccessBits {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, e.g. 0o750. */
  readonly mode: number;
}

const READ = 4;
const SEARCH = 1;

/** The class of an account decides alone: an owner without the right does not get it from the group. */
function allows(account: Account, bits: AccessBits, right: number): boolean {
  if (account.uid === 0) return true;
  const shift = account.uid === bits.uid ? 6 : account.gids.includes(bits.gid) ? 3 : 0;
  return ((bits.mode >> shift) & right) !== 0;
}

/** Whether the mode bits let an account read a file; access control lists are not looked at. */
export function evaluateReadable(
  account: Account,
  folders: readonly AccessBits[],
  file: AccessBits,
): boolean {
  return folders.every((folder) => allows(account, folder, SEARCH)) && allows(account, file, READ);
}

/** Every folder that is walked through: on the way as it is written, and behind the symbolic links. */
export function foldersOnTheWay(path: string, realPath: string): string[] {
  const folders = new Set<string>();
  for (const start of [path, realPath]) {
    for (let folder = posix.dirname(start); ; folder = posix.dirname(folder)) {
      folders.add(folder);
      if (folder === '/' || folder === '.') break;
    }
  }
  return [...folders];
}

/** Reads the answers of `id -u` and `id -G`; undefined when they are not numbers. */
export function parseAccount(uidText: string, gidsText: string): Account | undefined {
  const uid = uidText.trim();
  const gids = gidsText.trim().split(/\s+/);
  if (![uid, ...gids].every((id) => /^\d+$/.test(id))) return undefined;
  return { uid: Number(uid), gids: gids.map(Number) };
}
