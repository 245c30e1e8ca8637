import { type CommandRunner, commandFailed } from './command-runner.js';
import { type Account, parseAccount } from './file-access.js';
import { type CallOptions, HostError } from './host.js';

/** `/proc` where there is one, `ps` elsewhere. */
const QUESTIONS: readonly ((pid: string) => readonly string[])[] = [
  (pid) => ['stat', '-c', '%u', '--', `/proc/${pid}`],
  (pid) => ['ps', '-o', 'uid=', '-p', pid],
];

/** The number of the account that a process runs as; undefined where the host does not tell, or there is none. */
export async function processAccount(
  runner: CommandRunner,
  pid: number,
  call?: CallOptions,
): Promise<string | undefined> {
  if (pid === 0) return undefined;
  for (const question of QUESTIONS) {
    const { exitCode, stdout } = await runner.run(question(String(pid)), call);
    const uid = stdout.toString('utf8').trim();
    if (exitCode === 0 && /^\d+$/.test(uid)) return uid;
  }
  return undefined;
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
    throw commandFailed(runner.host, `asking for the account ${user}`, answer);
  }
  const account = parseAccount(uid === undefined ? user : String(uid.stdout), String(gids.stdout));
  if (account !== undefined) return account;
  throw new HostError('unreadable_answer', runner.host, `${runner.host}: id gave no numbers for ${user}.`);
}
