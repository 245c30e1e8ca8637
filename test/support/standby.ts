import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { BARE_ENVIRONMENT, findServerAccount } from '../../src/store/embedded/account.js';
import { findBinaries } from '../../src/store/embedded/binaries.js';
import { openCluster, SUPERUSER } from '../../src/store/embedded/cluster.js';
import { pickPort } from '../../src/store/embedded/server-process.js';

/** A primary and the hot standby that streams from it: real servers, their databases the same. */
export interface Replication {
  readonly primaryUrl: string;
  readonly standbyUrl: string;
  readonly primary: pg.Pool;
  readonly standby: pg.Pool;
  /** Until the standby has replayed what the primary has written. */
  caughtUp(): Promise<void>;
  end(): Promise<void>;
}

/** A cold copy of the primary's folder with `standby.signal`: some seconds. */
export async function createReplication(): Promise<Replication> {
  const account = await findServerAccount(process.getuid?.());
  const place = await mkdtemp(join(tmpdir(), 'lobml-replication-'));
  const own = async (path: string) => account && chown(path, account.uid, account.gid);
  await chmod(place, 0o755);
  await own(place);
  const binaries = await findBinaries(account, '/var/lib/lobml');
  const { data, password } = await openCluster(place, { binaries, account, durable: false });
  const copy = join(place, 'standby');
  await execa('cp', ['-a', data, copy]);
  await writeFile(join(copy, 'standby.signal'), '');
  await own(join(copy, 'standby.signal'));
  const [primaryPort, standbyPort] = [await pickPort(undefined), await pickPort(undefined)];
  const start = (folder: string, port: number, more: readonly string[] = []) => {
    const settings = [
      'fsync=off',
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'wal_level=replica',
      'max_wal_senders=10',
      'hot_standby=on',
      'wal_keep_size=64MB',
      'io_method=sync',
      'shared_buffers=16MB',
      ...more,
    ];
    return spawn(binaries.postgres, ['-D', folder, ...settings.flatMap((setting) => ['-c', setting])], {
      ...account,
      cwd: folder,
      env: BARE_ENVIRONMENT,
      stdio: 'ignore',
    });
  };
  const url = (port: number) => `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
  const servers = [
    start(data, primaryPort),
    start(copy, standbyPort, [
      `primary_conninfo=host=127.0.0.1 port=${primaryPort} user=${SUPERUSER} password=${password}`,
      'wal_retrieve_retry_interval=100ms',
    ]),
  ];
  const [primary, standby] = [primaryPort, standbyPort].map((port) => {
    const pool = new pg.Pool({ connectionString: url(port), max: 3 });
    pool.on('error', () => {});
    return pool;
  }) as [pg.Pool, pg.Pool];
  await Promise.all([answers(primary, servers[0]), answers(standby, servers[1])]).catch(async (error) => {
    await Promise.all(servers.map(stop));
    throw error;
  });
  return {
    primaryUrl: url(primaryPort),
    standbyUrl: url(standbyPort),
    primary,
    standby,
    async caughtUp() {
      const { rows } = await primary.query('SELECT pg_current_wal_lsn()::text AS lsn');
      await until(async () => {
        const seen = await standby.query('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS isThere', [
          rows[0].lsn,
        ]);
        return seen.rows[0].isthere === true;
      });
    },
    async end() {
      await Promise.all([primary.end(), standby.end()]);
      await Promise.all(servers.toReversed().map(stop));
      await rm(place, { recursive: true, force: true });
    },
  };
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  await ended;
}

const answers = (pool: pg.Pool, server: ChildProcess | undefined) =>
  until(() => {
    if (server?.exitCode !== null) throw new Error('the server did not start');
    return pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
  });

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to pass within a minute');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
