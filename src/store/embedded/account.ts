import { execa } from 'execa';
import { UserError } from '../../conversation/errors.js';

/** An account of the operating system, as `spawn` takes it. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** What a child process of ours may see: no token, no password of the bot's own environment. */
export const BARE_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * The account that PostgreSQL runs as: undefined means our own. PostgreSQL refuses to run as root, so root lends it
 * an account that exists already; none is created.
 *
 * @throws UserError when root finds neither `postgres` nor `nobody`.
 */
export async function findServerAccount(ownUid: number | undefined): Promise<Account | undefined> {
  if (ownUid !== 0) return undefined;
  const account = (await lookUp('postgres')) ?? (await lookUp('nobody'));
  if (account === undefined) {
    throw new UserError('embedded_no_account', {});
  }
  return account;
}

/** Whether the account can really get at `path`; asked of the system, because modes alone do not tell. */
export async function canReach(account: Account | undefined, path: string): Promise<boolean> {
  const { exitCode } = await execa('test', ['-x', path], {
    ...account,
    cwd: '/',
    env: BARE_ENVIRONMENT,
    extendEnv: false,
    reject: false,
  });
  return exitCode === 0;
}

async function lookUp(name: string): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => {
      const result = await execa('id', [flag, name], {
        reject: false,
        env: BARE_ENVIRONMENT,
        extendEnv: false,
      });
      return result.exitCode === 0 ? Number(result.stdout) : undefined;
    }),
  );
  if (uid === undefined || gid === undefined || uid === 0) return undefined;
  return { uid, gid };
}
