import type { CommandRunner } from '../command-runner.js';
import type { CallOptions, FileIdentity, ProcessFacts, ProgramOfProcess } from '../host.js';

/** USER_HZ, which is what /proc counts in, on every machine that Linux runs on. */
const TICKS_PER_SECOND = 100;

/** Its entry is gone. */
export const ENDED: ProcessFacts = { isAlive: false, ageMs: undefined, program: undefined };

/**
 * @param stat of /proc/PID/stat: `PID (name) state …`, where the name may hold anything.
 * @param uptime of /proc/uptime, in seconds since the machine began.
 */
export function readProcessFacts(
  stat: string,
  uptime: string,
  program: ProgramOfProcess | undefined,
): ProcessFacts {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  const [state = ''] = fields;
  const ageMs = (Number.parseFloat(uptime) - Number(fields[19]) / TICKS_PER_SECOND) * 1000;
  return {
    // A zombie has ended, and waits for its parent to ask.
    isAlive: /^[A-Z]$/i.test(state) && !/^[ZXx]$/.test(state),
    ageMs: ageMs >= 0 ? Math.round(ageMs) : undefined,
    program,
  };
}

const DELETED = ' (deleted)';

/** @param link what /proc/PID/exe leads to; the kernel marks a file that is not there any more. */
export function programOf(link: string, identity: FileIdentity | undefined): ProgramOfProcess {
  const isDeleted = link.endsWith(DELETED);
  return { path: isDeleted ? link.slice(0, -DELETED.length) : link, isDeleted, identity };
}

/** `DEVICE:INODE`, as `stat -c %d:%i` prints them. */
function readIdentity(text: string): FileIdentity | undefined {
  return /^\d+:\d+$/.test(text.trim()) ? text.trim() : undefined;
}

const HEAD = ['head', '-n', '1', '-q', '--'];

/** Asks by programs that run on the host. undefined: there is no /proc that tells. */
export async function askProcessFacts(
  runner: CommandRunner,
  pid: number,
  { sudo = [], ...call }: CallOptions & { readonly sudo?: readonly string[] } = {},
): Promise<ProcessFacts | undefined> {
  if (!Number.isInteger(pid) || pid <= 0) return ENDED;
  const ask = async (command: readonly string[], prefix: readonly string[] = []) =>
    runner.run([...prefix, ...command], call);
  const seen = await ask([...HEAD, '/proc/uptime', `/proc/${pid}/stat`]);
  const [uptime = '', stat] = seen.stdout.toString('utf8').split('\n');
  if (!/^\d+\.\d+ /.test(uptime)) return undefined;
  if (stat === undefined || stat === '') return ENDED;
  const byEither = async (command: readonly string[]) => {
    const own = await ask(command);
    const answer = own.exitCode === 0 || sudo.length === 0 ? own : await ask(command, sudo);
    return answer.exitCode === 0 ? answer.stdout.toString('utf8').replace(/\n$/, '') : undefined;
  };
  const exe = `/proc/${pid}/exe`;
  const link = await byEither(['readlink', '--', exe]);
  const identity = link === undefined ? undefined : await byEither(['stat', '-L', '-c', '%d:%i', '--', exe]);
  const program = link === undefined ? undefined : programOf(link, readIdentity(identity ?? ''));
  return readProcessFacts(stat, uptime, program);
}
