import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';

/** One of systemd's own (version 2), or the mixed set of before. */
const HIERARCHIES = ['/sys/fs/cgroup', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'];

/**
 * In its own mount namespace, so that /run, and with it any systemd of the machine, stays as it is; and in its own
 * control group, where it can have one: two that share it clear away each other's units.
 */
const START = `
set -e
group=$(basename "$1")
for hierarchy in ${HIERARCHIES.join(' ')}; do
  [ -f "$hierarchy/cgroup.procs" ] || continue
  { mkdir "$hierarchy/$group" && echo $$ > "$hierarchy/$group/cgroup.procs"; } 2>/dev/null || true
done
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/systemd/journal /run/user/0
chmod 700 /run/user/0
/lib/systemd/systemd-journald &
echo $! > "$1/journald.pid"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ -S /run/systemd/journal/stdout ] && break
  sleep 0.1
done
export XDG_RUNTIME_DIR=/run/user/0 XDG_CONFIG_HOME="$1/config" HOME="$1"
exec /lib/systemd/systemd --user --log-target=journal
`;

export interface UserSystemd {
  /** Runs commands where this systemd is seen, for `createSystemdManager({ user: true })`. */
  readonly runner: CommandRunner;
  /** Put before a command that is to see this systemd. */
  readonly enter: readonly string[];
  /** Put unit files here, then run `systemctl --user daemon-reload`. */
  readonly unitFolder: string;
  readonly folder: string;
  stop(): Promise<void>;
}

/**
 * A real systemd with a real journal. Needs root and Debian's systemd. The journal cannot tell which unit a
 * process belongs to outside of a real login session, so units have to say it: see `logAs`.
 */
export async function startUserSystemd(): Promise<UserSystemd> {
  const folder = await mkdtemp(join(tmpdir(), 'lobml-systemd-'));
  const unitFolder = join(folder, 'config', 'systemd', 'user');
  await mkdir(unitFolder, { recursive: true });
  const words = ['-m', '--propagation', 'private', 'sh', '-c', START, 'systemd', folder];
  const systemd = spawn('unshare', words, { stdio: 'ignore' });
  const local = createLocalCommandRunner({ host: 'systemd' });
  const enter = ['nsenter', '-t', String(systemd.pid), '-m', 'env', 'XDG_RUNTIME_DIR=/run/user/0'];
  const runner: CommandRunner = {
    host: 'systemd',
    run: (command, options) => local.run([...enter, ...command], options),
  };
  await untilReady(runner);
  return { runner, enter, unitFolder, folder, stop: () => stop(systemd, { runner, local, folder }) };
}

/** A shell command that writes a line into the journal in the name of a unit. */
export function logAs(unit: string, message: string): string {
  return `printf 'MESSAGE=%%s\\nUSER_UNIT=${unit}\\nSYSLOG_IDENTIFIER=ploy\\n' "${message}" | logger --journald`;
}

async function untilReady(runner: CommandRunner): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { stdout } = await runner.run(['systemctl', '--user', 'is-system-running']);
    if (/^(running|degraded)/.test(stdout.toString())) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('systemd did not start: is the package systemd installed, and is this root?');
}

interface Started {
  readonly runner: CommandRunner;
  readonly local: CommandRunner;
  readonly folder: string;
}

async function stop(systemd: ChildProcess, { runner, local, folder }: Started): Promise<void> {
  const ended = new Promise((resolve) => systemd.once('exit', resolve));
  await runner.run(['systemctl', '--user', 'exit']);
  await ended;
  const journald = Number(await readFile(join(folder, 'journald.pid'), 'utf8'));
  process.kill(journald);
  while (existsSync(`/proc/${journald}`)) await new Promise((resolve) => setTimeout(resolve, 20));
  const groups = HIERARCHIES.map((hierarchy) => join(hierarchy, basename(folder))).filter(existsSync);
  if (groups.length > 0) await local.run(['find', ...groups, '-depth', '-type', 'd', '-delete']);
  await rm(folder, { recursive: true });
}
