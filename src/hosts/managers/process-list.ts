import { basename, dirname } from 'node:path';
import { type CommandRunner, commandNamed, runChecked } from '../command-runner.js';
import { type CallOptions, HostError, type ServiceStatus } from '../host.js';

/** Where systemd keeps its control groups: version 2, and the two ways of version 1. */
const ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'];

/** What they start runs elsewhere: their own processes say nothing about it. */
const CLIENTS: ReadonlySet<string> = new Set([
  ...['docker', 'podman', 'nerdctl', 'ctr', 'crictl', 'runc', 'kubectl', 'lxc', 'incus', 'machinectl'],
  ...['ssh', 'systemd-run', 'tmux', 'screen'],
]);

/** What hands over to the program that its words name. */
const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'zsh', 'env', 'sudo', 'nice', 'setpriv']);

const isClient = (program: string): boolean => CLIENTS.has(basename(program));

/** @param execStart as systemd shows it. @returns whether the service only asks another program to do its work */
function startsClient(execStart: string): boolean {
  const [, path = '', argv = ''] = /path=(\S+) ; argv\[\]=(.*?) ; /.exec(execStart) ?? [];
  return isClient(path) || (SHELLS.has(basename(path)) && argv.split(/[\s;&|'"]+/).some(isClient));
}

/**
 * The processes of a command of the targets file: numbers, one a line, below a headline `PID` where there is one.
 * @returns undefined where there is no such command. @throws HostError `unreadable_answer`
 */
export async function askProcesses(
  runner: CommandRunner,
  command: readonly string[] | undefined,
  call?: CallOptions,
): Promise<readonly number[] | undefined> {
  if (command === undefined) return undefined;
  const { stdout } = await runChecked(runner, commandNamed('processes'), command, call);
  const words = stdout.toString('utf8').split(/\s+/).filter(Boolean);
  const pids = words[0] === 'PID' ? words.slice(1) : words;
  if (!pids.every((word) => /^\d{1,10}$/.test(word))) {
    const facts = { host: runner.host };
    throw new HostError('unreadable_answer', { code: 'host_processes_unreadable', facts });
  }
  return pids.map(Number);
}

/**
 * The processes of a unit's control group and of those below it.
 * @returns undefined: nobody can see them, or one of them is a client whose work is done elsewhere.
 */
export async function controlGroupProcesses(
  runner: CommandRunner,
  { controlGroup = '', execStart = '', mainPid }: ServiceStatus,
  {
    programOf,
    ...call
  }: CallOptions & {
    readonly programOf: (pid: number, call?: CallOptions) => Promise<string | undefined>;
  },
): Promise<readonly number[] | undefined> {
  if (startsClient(execStart)) return undefined;
  // systemd forgets the group of a unit that has ended with all its processes.
  if (controlGroup === '') return mainPid === 0 ? [] : undefined;
  if (!/^\/[^\0\n]*$/.test(controlGroup) || controlGroup.split('/').includes('..')) return undefined;
  const find = async (group: string, ...more: string[]) => {
    const folders = ROOTS.map((root) => `${root}${group}`);
    const { stdout } = await runner.run(['find', ...folders, ...more], call);
    return stdout.toString('utf8').trim();
  };
  const text = await find(controlGroup, '-name', 'cgroup.procs', '-exec', 'cat', '--', '{}', '+');
  const pids = [...new Set(text.split('\n').filter(Boolean).map(Number))];
  if (pids.length === 0) {
    // Whether it is empty, or nobody shows any.
    const isShown = (await find(dirname(controlGroup), '-maxdepth', '0')) !== '';
    return mainPid === 0 && isShown ? [] : undefined;
  }
  if (mainPid !== 0 && !pids.includes(mainPid)) return undefined;
  const programs = await Promise.all(pids.map((pid) => programOf(pid, call)));
  return programs.some((path) => path !== undefined && isClient(path)) ? undefined : pids;
}
