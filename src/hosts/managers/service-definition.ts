import type { LoadedCommand, ServiceDefinition } from '../host.js';

/** What is asked of `systemctl show`, in its own names. */
export const DEFINITION_PROPERTIES = [
  'NeedDaemonReload',
  'Environment',
  'EnvironmentFiles',
  'FragmentPath',
  'DropInPaths',
  'ExecStart',
] as const;

/** What systemd or a login sets in the manager's own environment, for every service alike. */
const OF_THE_SYSTEM =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TERM|PWD|MAIL|TZ|XDG_\w+|DBUS_SESSION_BUS_ADDRESS|MANAGERPID|MANAGERPIDFDID|SYSTEMD_\w+|INVOCATION_ID|JOURNAL_STREAM|NOTIFY_SOCKET|DISPLAY|WAYLAND_DISPLAY|SSH_AUTH_SOCK|SSH_AGENT_PID|GPG_AGENT_INFO|DEBUGINFOD_URLS|CREDENTIALS_DIRECTORY|_)$/;

/**
 * Reads `KEY=value` lines as `systemctl show` prints them.
 * @param managerEnvironment what `systemctl show-environment` prints.
 * @returns undefined where the two lines without which nobody knows are not there.
 */
export function parseServiceDefinition(text: string, managerEnvironment = ''): ServiceDefinition | undefined {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const valuesOf = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
  const [needsReload] = valuesOf('NeedDaemonReload');
  const own = valuesOf('Environment');
  if (needsReload === undefined || own.length === 0) return undefined;
  const files = valuesOf('EnvironmentFiles').filter((value) => value !== '');
  const ofManager = managerEnvironment.split('\n').flatMap((line) => nameOf(line) ?? []);
  return {
    // Whatever is no clear `no`.
    needsReload: needsReload !== 'no',
    variables: [...new Set(own.flatMap((value) => wordsOf(value).flatMap((word) => nameOf(word) ?? [])))],
    ofManager: ofManager.filter((name) => !OF_THE_SYSTEM.test(name)),
    environmentFiles: lines.some((line) => line.startsWith('EnvironmentFiles='))
      ? files.map((value) => value.replace(/ \(ignore_errors=(?:yes|no)\)$/, '').replace(/^-/, ''))
      : undefined,
    fragment: valuesOf('FragmentPath')[0] ?? '',
    dropIns: valuesOf('DropInPaths').flatMap((value) => value.split(' ').filter((path) => path !== '')),
    command: commandOf(valuesOf('ExecStart').at(-1) ?? ''),
  };
}

/** @param told as systemctl prints it: `{ path=… ; argv[]=… ; ignore_errors=no ; … ; pid=… ; … }` */
function commandOf(told: string): LoadedCommand | undefined {
  const [, path, words = ''] = /path=(.*?) ; argv\[\]=(.*?) ; ignore_errors=/.exec(told) ?? [];
  // systemd forgets which process a command was started as when it reads its files anew.
  return path === undefined ? undefined : { path, words, isOfProcess: /; pid=[1-9]\d* ;/.test(told) };
}

const nameOf = (assignment: string): string | undefined => /^([A-Za-z_]\w*)=/.exec(assignment)?.[1];

/** The words of `Environment=` as systemctl prints them: one with a space stands in `"…"` or after its name in `$'…'`. */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/(?:"(?:[^"\\]|\\.)*"?|\$?'(?:[^'\\]|\\.)*'?|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/^["']/, ''));
}
