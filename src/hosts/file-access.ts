import { posix } from 'node:path';
import { type CommandRunner, commandFailed } from './command-runner.js';
import { type CallOptions, HostError } from './host.js';

/** An account as the host knows it. */
interface Account {
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
function parseAccount(uidText: string, gidsText: string): Account | undefined {
  const uid = uidText.trim();
  const gids = gidsText.trim().split(/\s+/);
  if (![uid, ...gids].every((id) => /^\d+$/.test(id))) return undefined;
  return { uid: Number(uid), gids: gids.map(Number) };
}

/**
 * An account with its groups. A number without an account, as in a container, is in no group that is known.
 * @throws HostError
 */
export async function askAccount(runner: CommandRunner, user: string, call?: CallOptions): Promise<Account> {
  const ask = (wanted: '-u' | '-G') => runner.run(['id', wanted, '--', user], call);
  const isNumber = /^\d+$/.test(user);
  // The superuser's groups decide nothing.
  if (isNumber && Number(user) === 0) return { uid: 0, gids: [] };
  const [gids, uid] = await Promise.all([ask('-G'), isNumber ? undefined : ask('-u')]);
  if (isNumber && gids.exitCode !== 0) return { uid: Number(user), gids: [] };
  for (const answer of [uid, gids]) {
    if (answer === undefined || answer.exitCode === 0) continue;
    throw commandFailed(runner.host, { attempt: 'ask_account', subject: user }, answer);
  }
  const account = parseAccount(uid === undefined ? user : String(uid.stdout), String(gids.stdout));
  if (account !== undefined) return account;
  const facts = { host: runner.host, user };
  throw new HostError('unreadable_answer', { code: 'host_account_unreadable', facts });
}
