import { type CommandRunner, commandFailed } from '../command-runner.js';
import { isEnvironmentName } from '../environment/environment-file.js';
import { type CallOptions, HostError, type ProcessReader } from '../host.js';
import { askProcessFacts } from './process-facts.js';

/** Looks by programs that run on the host. */
export function createProcessReader(runner: CommandRunner): ProcessReader {
  return {
    environment: (pid, names, options) => readProcessEnvironment(runner, pid, names, options),
    facts: (pid, options) => askProcessFacts(runner, pid, options),
    account: (pid, options) => processAccount(runner, pid, options),
  };
}

/**
 * Reads chosen variables of a running process. The choice is made on the host, by grep over
 * /proc/PID/environ: the other variables, among them secrets, never leave it.
 * @returns undefined when there is no such process.
 * @throws HostError `permission_denied` when the account on the host may not look into the process.
 */
async function readProcessEnvironment(
  runner: CommandRunner,
  pid: number,
  names: readonly string[],
  options: CallOptions & { readonly sudo?: readonly string[] } = {},
): Promise<ReadonlyMap<string, string> | undefined> {
  const wanted = environmentNames(runner.host, names);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (wanted.length === 0) return new Map();
  const pattern = `^(${wanted.join('|')})=`;
  const command = ['grep', '-z', '-a', '-E', '-e', pattern, '--', `/proc/${pid}/environ`];
  const { sudo = [], ...call } = options;
  let result = await runner.run(command, call);
  // An account that may look into its own processes needs no sudo, and may not have it for grep.
  if (sudo.length > 0 && /Permission denied/.test(result.stderr))
    result = await runner.run([...sudo, ...command], call);
  if (result.exitCode === 0 || (result.exitCode === 1 && result.stderr.trim() === '')) {
    return parseEnvironmentAnswer(result.stdout.toString('utf8'), wanted);
  }
  if (/No such (?:file or directory|process)/.test(result.stderr)) return undefined;
  throw commandFailed(runner.host, `reading the environment of process ${pid}`, result);
}

/** Reads `NAME=value` records, apart by NUL or by line, narrowed to the wanted names; the first of a name counts. */
export function parseEnvironmentAnswer(text: string, wanted: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const record of text.split(text.includes('\0') ? '\0' : '\n')) {
    const equals = record.indexOf('=');
    const name = record.slice(0, Math.max(equals, 0));
    if (wanted.includes(name) && !values.has(name)) values.set(name, record.slice(equals + 1));
  }
  return values;
}

/** @throws HostError `not_configured` for what is no name of a variable. */
export function environmentNames(host: string, names: readonly string[]): readonly string[] {
  if (!names.every(isEnvironmentName)) {
    throw new HostError('not_configured', host, `${host}: a variable that was asked for has no valid name.`);
  }
  return names;
}

/** `/proc` where there is one, `ps` elsewhere. */
const QUESTIONS: readonly ((pid: string) => readonly string[])[] = [
  (pid) => ['stat', '-c', '%u', '--', `/proc/${pid}`],
  (pid) => ['ps', '-o', 'uid=', '-p', pid],
];

/** The number of the account that a process runs as; undefined where the host does not tell, or there is none. */
async function processAccount(
  runner: CommandRunner,
  pid: number,
  call?: CallOptions,
): Promise<string | undefined> {
  if (pid === 0) return undefined;
  for (const question of QUESTIONS) {
    const { exitCode, stdout } = await runner.run(question(String(pid)), call);
    const uid = stdout.toString('utf8').trim();
    if (exitCode === 0 && /^\d+$/.test(uid)) return uid;
  }
  return undefined;
}
