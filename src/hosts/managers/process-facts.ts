import type { CommandRunner } from '../command-runner.js';
import type { FileIdentity, ProcessCall, ProcessFacts, ProgramOfProcess, ServiceStatus } from '../host.js';
import { DATE_COMMAND } from '../host-clock.js';
import { freezerFiles, saysFrozen } from './frozen-group.js';

/** USER_HZ, which is what /proc counts in, on every machine that Linux runs on. */
const TICKS_PER_SECOND = 100;
/** Age and uptime are told in hundredths of a second, each cut off. */
const TICK_ERROR_MS = 20;

/** Its entry is gone. */
export const ENDED: ProcessFacts = {
  isAlive: false,
  ageMs: undefined,
  startedAt: undefined,
  program: undefined,
};

/**
 * @param stat of /proc/PID/stat: `PID (name) state …`, where the name may hold anything.
 * @param uptime of /proc/uptime, in seconds since the machine began.
 * @param nowMs the host's clock, read no earlier than these two; undefined: nobody has asked.
 */
export function readProcessFacts(
  stat: string,
  uptime: string,
  {
    program,
    nowMs,
    words,
    isGroupFrozen = false,
  }: {
    readonly program?: ProgramOfProcess | undefined;
    readonly nowMs?: number | undefined;
    readonly words?: readonly string[] | undefined;
    readonly isGroupFrozen?: boolean;
  } = {},
): ProcessFacts {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  const [state = ''] = fields;
  const age = (Number.parseFloat(uptime) - Number(fields[19]) / TICKS_PER_SECOND) * 1000;
  const ageMs = age >= 0 ? Math.round(age) : undefined;
  return {
    // A zombie has ended, and waits for its parent to ask.
    isAlive: /^[A-Z]$/i.test(state) && !/^[ZXx]$/.test(state),
    // Stopped by a signal (T) or by a debugger (t).
    isFrozen: isGroupFrozen || /^t$/i.test(state),
    ageMs,
    startedAt:
      ageMs === undefined || nowMs === undefined ? undefined : new Date(nowMs - ageMs + TICK_ERROR_MS),
    program,
    words,
  };
}

/** Of /proc/PID/cmdline: each word ends in NUL. */
export const readWords = (cmdline: string): readonly string[] => cmdline.replace(/\0$/, '').split('\0');

/**
 * When the process itself began: what a step before it fetched (ExecStartPre) is what it found. As its manager noted it,
 * or as its age has it, which a step of the host's clock since then does not touch: the earlier of the two, so that
 * nothing written since counts as older. A manager that tells whole seconds rounds them down.
 */
export function processStart(
  { mainStartedAt, activeSince }: ServiceStatus,
  facts: ProcessFacts | undefined,
): Date | undefined {
  const noted = mainStartedAt ?? activeSince;
  const told = [
    ...(noted === undefined ? [] : [noted.getTime() + (noted.getMilliseconds() === 0 ? 999 : 0)]),
    ...(facts?.startedAt === undefined ? [] : [facts.startedAt.getTime()]),
  ];
  return told.length === 0 ? undefined : new Date(Math.min(...told));
}

const DELETED = ' (deleted)';

/** @param link what /proc/PID/exe leads to; the kernel marks a file that is not there any more. */
export function programOf(
  link: string,
  identity: FileIdentity | undefined,
  isNamed: boolean,
): ProgramOfProcess {
  const isDeleted = link.endsWith(DELETED);
  return { path: isDeleted ? link.slice(0, -DELETED.length) : link, isDeleted, identity, isNamed };
}

/** Reads `KEY=value` lines of a command. undefined: they do not tell what runs. */
export function parseProcessFacts(text: string): ProcessFacts | undefined {
  const told = (key: string) => new RegExp(`^${key}=(.*?)\\r?$`, 'm').exec(text)?.[1];
  const [link, state = ''] = [told('Exe'), told('State')];
  if (link === undefined || link === '') return undefined;
  const program = programOf(link, readIdentity(told('ExeIdentity') ?? ''), false);
  const words = told('Command')?.split(' ');
  return {
    ...ENDED,
    isAlive: !/^[ZX]/i.test(state),
    isFrozen: /^(?:T\b|paused|frozen)/i.test(state),
    program,
    words,
  };
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
  {
    sudo = [],
    program: asked,
    asksStart = false,
    asksGroup = false,
    asksWords = false,
    ...call
  }: ProcessCall & { readonly sudo?: readonly string[] } = {},
): Promise<ProcessFacts | undefined> {
  if (!Number.isInteger(pid) || pid <= 0) return ENDED;
  const ask = async (command: readonly string[], prefix: readonly string[] = []) =>
    runner.run([...prefix, ...command], call);
  const seen = await ask([...HEAD, '/proc/uptime', `/proc/${pid}/stat`]);
  const now = asksStart ? await ask(DATE_COMMAND) : undefined;
  const nowMs = now?.exitCode === 0 ? Number(now.stdout.toString('latin1')) * 1000 : Number.NaN;
  const [uptime = '', stat] = seen.stdout.toString('utf8').split('\n');
  if (!/^\d+\.\d+ /.test(uptime)) return undefined;
  if (stat === undefined || stat === '') return ENDED;
  const group = asksGroup ? await ask(['cat', '--', `/proc/${pid}/cgroup`]) : undefined;
  const freezers = freezerFiles(group?.stdout.toString('utf8') ?? '');
  const freezing = freezers.length === 0 ? undefined : await ask(['cat', '--', ...freezers]);
  const isGroupFrozen = saysFrozen(freezing?.stdout.toString('utf8') ?? '');
  const byEither = async (command: readonly string[]) => {
    const own = await ask(command);
    const answer = own.exitCode === 0 || sudo.length === 0 ? own : await ask(command, sudo);
    return answer.exitCode === 0 ? answer.stdout.toString('utf8').replace(/\n$/, '') : undefined;
  };
  const exe = `/proc/${pid}/exe`;
  const link = await byEither(['readlink', '--', exe]);
  const identity = link === undefined ? undefined : await byEither(['stat', '-L', '-c', '%d:%i', '--', exe]);
  const naming =
    asked && (await ask(['grep', '-z', '-a', '-q', '-x', '-F', '-e', asked, '--', `/proc/${pid}/cmdline`]));
  const isNamed = naming !== undefined && naming !== '' && naming.exitCode === 0;
  const program = link === undefined ? undefined : programOf(link, readIdentity(identity ?? ''), isNamed);
  const cmdline = asksWords ? await ask(['cat', '--', `/proc/${pid}/cmdline`]) : undefined;
  const words = cmdline?.exitCode === 0 ? readWords(cmdline.stdout.toString('utf8')) : undefined;
  const known = { program, words, isGroupFrozen, nowMs: Number.isFinite(nowMs) ? nowMs : undefined };
  return readProcessFacts(stat, uptime, known);
}
