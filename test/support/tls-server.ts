import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { BARE_ENVIRONMENT, findServerAccount } from '../../src/store/embedded/account.js';
import { findBinaries } from '../../src/store/embedded/binaries.js';
import { openCluster, SUPERUSER } from '../../src/store/embedded/cluster.js';
import { pickPort } from '../../src/store/embedded/server-process.js';

/** A real PostgreSQL that takes connections with TLS only, with a certificate for `localhost` that it signed itself. */
export interface TlsServer {
  readonly port: number;
  readonly password: string;
  /** The certificate: what a client trusts to trust this server. */
  readonly certificate: string;
  /** @param host `localhost`, as the certificate says, or another name of this machine */
  url(host: string, words?: string): string;
  stop(): Promise<void>;
}

export async function startTlsServer(): Promise<TlsServer> {
  const account = await findServerAccount(process.getuid?.());
  const place = await mkdtemp(join(tmpdir(), 'lobml-tls-'));
  await chmod(place, 0o755);
  if (account) await chown(place, account.uid, account.gid);
  const binaries = await findBinaries(account, '/var/lib/lobml');
  const { data, password } = await openCluster(place, { binaries, account, durable: false });
  const [certificate, key, rules] = ['server.crt', 'server.key', 'rules.conf'].map((name) =>
    join(place, name),
  ) as [string, string, string];
  await execa('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
  ]);
  await writeFile(
    rules,
    'hostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n',
  );
  await chmod(key, 0o600);
  if (account) for (const path of [key, certificate, rules]) await chown(path, account.uid, account.gid);
  const port = await pickPort(undefined);
  const settings = {
    fsync: 'off',
    port,
    listen_addresses: 'localhost',
    unix_socket_directories: '',
    hba_file: rules,
    ssl: 'on',
    ssl_cert_file: certificate,
    ssl_key_file: key,
    io_method: 'sync',
    shared_buffers: '16MB',
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(binaries.postgres, ['-D', data, ...words], {
    ...account,
    cwd: data,
    env: BARE_ENVIRONMENT,
    stdio: 'ignore',
  });
  const url = (host: string, more = '') =>
    `postgresql://${SUPERUSER}:${password}@${host}:${port}/postgres${more}`;
  await answers(
    { host: 'localhost', port, user: SUPERUSER, password, database: 'postgres' },
    certificate,
    server,
  );
  return {
    port,
    password,
    certificate,
    url,
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
      await rm(place, { recursive: true, force: true });
    },
  };
}

async function answers(config: pg.ClientConfig, certificate: string, server: ChildProcess): Promise<void> {
  const ca = await readFile(certificate, 'utf8');
  const deadline = performance.now() + 60_000;
  for (;;) {
    const client = new pg.Client({ ...config, ssl: { ca } });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (server.exitCode !== null || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
