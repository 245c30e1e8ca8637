import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { UserError } from '../../conversation/errors.js';
import { BARE_ENVIRONMENT } from './account.js';
import type { Cluster, ClusterOptions } from './cluster.js';
import { isAlive, OWNER_SETTING } from './running-server.js';

const POLL_MS = 10;

export interface ServerOptions extends ClusterOptions {
  readonly port: number;
  readonly maxConnections: number;
}

/** A small footprint: one strategy's records are some hundred megabytes at most. */
function settings(cluster: Cluster, options: ServerOptions): readonly string[] {
  const values: Readonly<Record<string, string | number>> = {
    [OWNER_SETTING]: process.pid,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: options.port,
    max_connections: options.maxConnections,
    shared_buffers: '32MB',
    io_method: 'sync',
    max_wal_senders: 0,
    wal_level: 'minimal',
    min_wal_size: '8MB',
    max_wal_size: '256MB',
    jit: 'off',
    log_min_messages: 'warning',
    // A failed statement's text can hold values; the program that sent it logs what is needed.
    log_min_error_statement: 'panic',
    timezone: 'UTC',
    ...(options.durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  };
  return [
    '-D',
    cluster.data,
    ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/**
 * Starts the server as a child that ends with this process, even when this process is killed: the kernel sends it
 * SIGINT (a fast shutdown). Where `setpriv` is missing (macOS) a left-over server is ended by the next start.
 * Does not wait until it is ready; what comes back tells whether the process has ended.
 */
export async function spawnServer(cluster: Cluster, options: ServerOptions): Promise<() => boolean> {
  const log = await open(join(cluster.data, '..', 'server.log'), 'w', 0o600);
  const guard = (await hasDeathSignal()) ? ['setpriv', '--pdeathsig', 'INT', '--'] : [];
  const [program = '', ...words] = [...guard, options.binaries.postgres, ...settings(cluster, options)];
  // Not execa: the log must go straight to a file, because a pipe would break with the parent.
  const child = spawn(program, words, {
    ...options.account,
    cwd: cluster.data,
    env: BARE_ENVIRONMENT,
    stdio: ['ignore', log.fd, log.fd],
    // Its own session: Ctrl-C in the terminal is for the bot, which still needs its database while it drains.
    detached: true,
  });
  let hasExited = false;
  const markExited = () => {
    hasExited = true;
  };
  child.once('exit', markExited).once('error', markExited).unref();
  await log.close();
  return () => hasExited;
}

/** Ends a server: fast shutdown first, at once where that takes too long (nothing durable is lost by either). */
export async function endServer(pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await isGone(pid, 10_000)) return;
  signal(pid, 'SIGQUIT');
  if (await isGone(pid, 5_000)) return;
  throw new UserError('embedded_does_not_end', { pid });
}

/** A port that was free a moment ago: the one used before where possible, so that addresses stay the same. */
export async function pickPort(preferred: number | undefined): Promise<number> {
  if (preferred !== undefined && (await tryListen(preferred)) !== undefined) return preferred;
  const port = await tryListen(0);
  if (port === undefined) throw new UserError('embedded_no_port', {});
  return port;
}

async function tryListen(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

async function hasDeathSignal(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const options = { env: BARE_ENVIRONMENT, extendEnv: false, reject: false } as const;
  return (await execa('setpriv', ['--pdeathsig', 'INT', 'true'], options)).exitCode === 0;
}

async function isGone(pid: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
