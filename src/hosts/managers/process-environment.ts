import { type CommandRunner, commandFailed } from '../command-runner.js';
import { isEnvironmentName } from '../environment/environment-file.js';
import { type CallOptions, HostError, type ProcessReader } from '../host.js';
import { askProcessFacts } from './process-facts.js';

/** Looks by programs that run on the host. */
export function createProcessReader(runner: CommandRunner): ProcessReader {
  return {
    async environment(pid, names, options) {
      const wanted = environmentNames(runner.host, names);
      if (wanted.length === 0) return Number.isInteger(pid) && pid > 0 ? new Map() : undefined;
      const answer = await grepEnvironment(runner, pid, ['-e', `^(${wanted.join('|')})=`], options);
      return answer === undefined ? undefined : parseEnvironmentAnswer(answer, wanted);
    },
    async variableNames(pid, prefix, options) {
      environmentNames(runner.host, prefix === '' ? [] : [prefix]);
      const answer = await grepEnvironment(runner, pid, ['-o', '-e', `^${prefix}[A-Za-z0-9_]*=`], options);
      return answer === undefined ? undefined : parseVariableNames(answer, prefix);
    },
    facts: (pid, options) => askProcessFacts(runner, pid, options),
    account: (pid, options) => processAccount(runner, pid, options),
  };
}

/**
 * Reads a part of a running process's environment. The choice is made on the host, by grep over
 * /proc/PID/environ: what was not asked for, among it secrets, never leaves it.
 * @param words of grep, with an extended regular expression.
 * @returns undefined when there is no such process.
 * @throws HostError `permission_denied` when the account on the host may not look into the process.
 */
async function grepEnvironment(
  runner: CommandRunner,
  pid: number,
  words: readonly string[],
  options: CallOptions & { readonly sudo?: readonly string[] } = {},
): Promise<string | undefined> {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const command = ['grep', '-z', '-a', '-E', ...words, '--', `/proc/${pid}/environ`];
  const { sudo = [], ...call } = options;
  let result = await runner.run(command, call);
  // An account that may look into its own processes needs no sudo, and may not have it for grep.
  if (sudo.length > 0 && /Permission denied/.test(result.stderr))
    result = await runner.run([...sudo, ...command], call);
  if (result.exitCode === 0 || (result.exitCode === 1 && result.stderr.trim() === '')) {
    return result.stdout.toString('utf8');
  }
  if (/No such (?:file or directory|process)/.test(result.stderr)) return undefined;
  throw commandFailed(runner.host, { attempt: 'read_process_environment', subject: String(pid) }, result);
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

/** The names of `NAME=value` records that begin so. */
export function parseVariableNames(text: string, prefix: string): readonly string[] {
  const names = text.split(text.includes('\0') ? '\0' : '\n').map((record) => record.split('=', 1)[0] ?? '');
  return [...new Set(names.filter((name) => name.startsWith(prefix) && isEnvironmentName(name)))];
}

/** @throws HostError `not_configured` for what is no name of a variable. */
export function environmentNames(host: string, names: readonly string[]): readonly string[] {
  if (!names.every(isEnvironmentName)) {
    throw new HostError('not_configured', { code: 'host_variable_name', facts: { host } });
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
