import { randomBytes, randomUUID } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../conversation/errors.js';
import { type Account, BARE_ENVIRONMENT } from './account.js';
import type { Binaries } from './binaries.js';

/** The one account inside the database server. */
export const SUPERUSER = 'lobml';

export interface Cluster {
  /** PostgreSQL's own data folder. */
  readonly data: string;
  readonly password: string;
}

export interface ClusterOptions {
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  /** False leaves out every sync to disk: for databases that nobody needs after a crash. */
  readonly durable: boolean;
}

/**
 * Opens the cluster in `place`, initialising it the first time (1 to 2 s). It is made beside and renamed, so that a
 * killed or a simultaneous start never leaves half a cluster.
 */
export async function openCluster(place: string, options: ClusterOptions): Promise<Cluster> {
  const folder = join(place, 'cluster');
  if (!(await isThere(folder))) await initialise(place, folder, options);
  return { data: join(folder, 'data'), password: (await readFile(join(folder, 'password'), 'utf8')).trim() };
}

async function initialise(place: string, folder: string, options: ClusterOptions): Promise<void> {
  const beside = join(place, `.initialising-${randomUUID()}`);
  const password = join(beside, 'password');
  await mkdir(join(beside, 'data'), { recursive: true, mode: 0o700 });
  await writeFile(password, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  if (options.account) await handOver(beside, options.account);
  try {
    await runInitdb(join(beside, 'data'), password, options);
    await rename(beside, folder);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    if (!(await isThere(folder))) throw error;
  }
}

async function handOver(folder: string, { uid, gid }: Account): Promise<void> {
  for (const path of [folder, join(folder, 'data'), join(folder, 'password')]) await chown(path, uid, gid);
}

async function runInitdb(data: string, passwordFile: string, options: ClusterOptions): Promise<void> {
  const words = [
    `--pgdata=${data}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    // Small segments: a database of some megabytes should not start with 16 MB of journal.
    '--wal-segsize=1',
    // The password is 256 random bits: hashing it many times would only make each connection slower.
    '--set=scram_iterations=1',
    ...(options.durable ? [] : ['--no-sync']),
  ];
  const result = await execa(options.binaries.initdb, words, {
    ...options.account,
    cwd: data,
    env: BARE_ENVIRONMENT,
    extendEnv: false,
    reject: false,
  });
  if (result.exitCode === 0) return;
  throw new UserError('embedded_not_made', { folder: data, words: lastLines(result) });
}

function lastLines(result: { readonly stderr: string; readonly message?: string | undefined }): string {
  return result.stderr.trim().split('\n').slice(-3).join(' ') || (result.message ?? 'initdb');
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
