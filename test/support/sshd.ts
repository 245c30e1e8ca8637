import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Sshd {
  /** An alias of the configuration below. */
  readonly address: string;
  /** For `sshArguments` of the ssh adapter. */
  readonly sshArguments: readonly string[];
  /** The same, for a targets file. */
  readonly configFile: string;
  readonly controlFolder: string;
  readonly port: number;
  /** Makes the key's forced command; undefined: none. */
  force(command: string | undefined): Promise<void>;
  /** Ends the connections that are shared by way of a folder, unless told by `controlFolder`; the next command makes a new one. */
  disconnect(folder?: string): Promise<void>;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Put before sshd, e.g. to start it in another mount namespace. */
  readonly within?: readonly string[];
  /** What every session finds in its environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A real sshd on a free port of the loopback address, with keys of its own. Needs root and openssh-server. */
export async function startSshd({ within = [], environment = {} }: SshdOptions = {}): Promise<Sshd> {
  const folder = await mkdtemp(join(tmpdir(), 'lobml-sshd-'));
  const port = await freePort();
  const [enter = 'env', ...entered] = within;
  await run(enter, [...entered, 'mkdir', '-p', '/run/sshd']);
  const file = (name: string) => join(folder, name);
  for (const key of ['host', 'user'])
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)]);
  const publicKey = await readFile(file('user.pub'), 'utf8');
  const force = (command: string | undefined) =>
    writeFile(file('authorized'), `${command === undefined ? '' : `command="${command}" `}${publicKey}`, {
      mode: 0o600,
    });
  await force(undefined);
  await writeFile(file('known'), `[127.0.0.1]:${port} ${await readFile(file('host.pub'), 'utf8')}`);
  await writeFile(file('sshd_config'), sshdConfig(port, file, environment));
  await writeFile(file('ssh_config'), clientConfig(port, file));
  const command = [...entered, '/usr/sbin/sshd', '-f', file('sshd_config'), '-D', '-e'];
  const server = spawn(enter, command, { stdio: 'ignore' });
  const control = await mkdtemp(join(tmpdir(), 'lc-'));
  const disconnect = async (sockets = control) => {
    for (const name of await readdir(sockets)) {
      const client = ['-F', file('ssh_config'), '-o', `ControlPath=${join(sockets, name)}`];
      await run('ssh', [...client, '-O', 'exit', 'trading-host']).catch(() => undefined);
    }
  };
  await untilListening(port);
  return {
    address: 'trading-host',
    sshArguments: ['-F', file('ssh_config')],
    configFile: file('ssh_config'),
    controlFolder: control,
    port,
    force,
    disconnect,
    async stop() {
      await disconnect();
      await stop(server, [folder, control]);
    },
  };
}

function sshdConfig(
  port: number,
  file: (name: string) => string,
  environment: Readonly<Record<string, string>>,
): string {
  // Without SHLVL, bash takes a command over ssh for a login and runs root's .bashrc, which may take seconds.
  const variables = Object.entries({ SHLVL: '1', ...environment }).map(([name, value]) => `${name}=${value}`);
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host')}`,
    `AuthorizedKeysFile ${file('authorized')}`,
    `PidFile ${file('pid')}`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'StrictModes no',
    'UsePAM no',
    `SetEnv ${variables.join(' ')}`,
    '',
  ].join('\n');
}

function clientConfig(port: number, file: (name: string) => string): string {
  return [
    'Host trading-host',
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    `  User ${userInfo().username}`,
    `  IdentityFile ${file('user')}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${file('known')}`,
    '  StrictHostKeyChecking yes',
    '',
  ].join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('sshd did not start: is openssh-server installed?');
}

async function stop(server: ChildProcess, folders: readonly string[]): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill();
  await ended;
  for (const folder of folders) await rm(folder, { recursive: true });
}
