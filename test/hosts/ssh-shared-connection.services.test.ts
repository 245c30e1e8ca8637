import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSshCommandRunner } from '../../src/hosts/ssh/ssh-command-runner.js';
import { type Sshd, startSshd } from '../support/sshd.js';

const run = promisify(execFile);

let sshd: Sshd;
let root: string;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'lc-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const runnerWith = (controlFolder: string, sshArguments = sshd.sshArguments) =>
  createSshCommandRunner({ name: 'there', address: sshd.address, sshArguments, controlFolder });
const saysYes = async (runner: ReturnType<typeof runnerWith>) =>
  (await runner.run(['echo', 'yes'])).stdout.toString();

async function folderNamed(name: string): Promise<string> {
  await mkdir(join(root, name), { mode: 0o700 });
  return join(root, name);
}

async function mastersOf(folder: string): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-eo', 'pid,args']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(folder) && line.includes('ssh'))
    .map((line) => Number.parseInt(line, 10));
}

describe('a host is reached without its shared connection', () => {
  test('whose folder a cleaner took away: it is made again, for its owner alone', async () => {
    const folder = await folderNamed('c');
    const runner = runnerWith(folder);
    expect(await saysYes(runner)).toBe('yes\n');
    await sshd.disconnect(folder);
    await rm(folder, { recursive: true });
    expect(await saysYes(runner)).toBe('yes\n');
    expect(existsSync(folder)).toBe(true);
    await sshd.disconnect(folder);
  });

  test('where the folder takes nothing: no inodes, read-only, in place of it a file', async () => {
    const disk = join(root, 'd');
    await mkdir(disk);
    await run('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=1', 'tmpfs', disk]);
    try {
      expect(await saysYes(runnerWith(disk))).toBe('yes\n');
      expect(await saysYes(runnerWith(join(disk, 'below')))).toBe('yes\n');
      await run('mount', ['-o', 'remount,ro', disk]);
      expect(await saysYes(runnerWith(disk))).toBe('yes\n');
    } finally {
      await run('umount', [disk]);
    }
    expect(await saysYes(runnerWith('/proc/self/status'))).toBe('yes\n');
  });

  test('where the path is too long for a socket', async () => {
    const long = join(root, 'x'.repeat(100));
    await mkdir(long, { mode: 0o700 });
    expect(await saysYes(runnerWith(long))).toBe('yes\n');
  });

  test('where somebody else could put a socket there', async () => {
    const open = join(root, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    expect(await saysYes(runnerWith(open))).toBe('yes\n');
    expect(await readdir(open)).toEqual([]);
  });
});

describe('a shared connection that has gone silent', () => {
  test('holds up nothing, and what it was sent is done once only, also when it wakes', async () => {
    const folder = await folderNamed('c');
    const log = join(root, 'log');
    const runner = runnerWith(folder);
    await saysYes(runner);
    const masters = await mastersOf(folder);
    expect(masters).toHaveLength(1);
    for (const pid of masters) process.kill(pid, 'SIGSTOP');
    try {
      const act = ['sh', '-c', 'cat >> "$1"', 'act', log];
      // Without another connection nothing answers, for as long as anybody waits.
      await runner.run(act, { timeoutMs: 2_000, input: Buffer.from('once\n') });
    } finally {
      for (const pid of masters) process.kill(pid, 'SIGCONT');
    }
    // Through the next one, which is shared again.
    expect(await saysYes(runner)).toBe('yes\n');
    expect(await readFile(log, 'utf8')).toBe('once\n');
    await sshd.disconnect(folder);
    for (const pid of masters) process.kill(pid);
  });

  test('whose packets are swallowed: a command that is compared word by word is sent again, too', async () => {
    const { port, swallow, close } = await swallowing(sshd.port);
    const [folder, other] = [await folderNamed('c'), await folderNamed('d')];
    const sshArguments = [
      '-o',
      `Port=${port}`,
      '-o',
      `HostKeyAlias=[127.0.0.1]:${sshd.port}`,
      ...sshd.sshArguments,
    ];
    const forced = {
      name: 'there',
      address: sshd.address,
      controlFolder: folder,
      sshArguments,
      forced: true,
    };
    try {
      for (const runner of [createSshCommandRunner(forced), runnerWith(other, sshArguments)]) {
        await saysYes(runner);
        swallow();
        expect((await runner.run(['echo', 'yes'], { timeoutMs: 1_000 })).stdout.toString()).toBe('yes\n');
      }
    } finally {
      await sshd.disconnect(folder);
      await sshd.disconnect(other);
      close();
    }
  });
});

interface Swallowing {
  readonly port: number;
  /** From now on nothing passes through the connections that stand; new ones work. */
  swallow(): void;
  close(): void;
}

async function swallowing(to: number): Promise<Swallowing> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    swallow() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
