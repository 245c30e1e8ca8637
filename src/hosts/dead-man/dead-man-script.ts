import type { DeadManDuty } from '../dead-man.js';
import { quoteEnvironmentValue } from '../environment/environment-edit.js';
import { quoteForShell, shellLine } from '../shell-quote.js';
import { EDIT_FLAG } from './edit-flag.js';

/** How the host itself drives the service: by the same commands as the bot, without their sudo. */
export interface OwnCommands {
  /** Prints `ActiveState` and `MainPID` as systemctl show does. */
  readonly status: readonly string[];
  readonly restart: readonly string[];
  readonly stop: readonly string[];
  readonly kill?: readonly string[] | undefined;
  /** Prints the environment of `{pid}`; left out: /proc does. */
  readonly environ?: readonly string[] | undefined;
  /** 20 where nothing is said. */
  readonly killAfterSecs?: number | undefined;
}

/**
 * What it does, in its order: the files; then, unless nothing runs or the process that runs shows the flag off already, the
 * restart; then it looks at the new process. Whatever of this is not seen ends with the service stopped, and is tried again
 * until it is.
 */
const ACT = `
say() (
  enter "$(readlink -f -- "\${mark%/*}/")" || exit 0
  printf '{"release":"%s","state":"%s","at":%s}\\n' "$release" "$1" "$(date +%s)" > new &&
    chmod 644 new && mv -f -T new "../\${mark##*/}"
  leave
)
pid=
look() {
  told=$(service_status) || return 1
  pid=$(printf '%s\\n' "$told" | sed -n 's/^MainPID=\\([0-9]\\{1,10\\}\\).*/\\1/p')
  state=$(printf '%s\\n' "$told" | sed -n 's/^ActiveState=\\([a-z]*\\).*/\\1/p')
  [ -n "$pid" ] && [ -n "$state" ]
}
is_down() {
  look && [ "$pid" = 0 ] && { [ "$state" = inactive ] || [ "$state" = failed ]; }
}
is_off() {
  look && [ "$pid" != 0 ] || return 1
  shown=$(service_environ | tr '\\0\\n' '\\n\\001' | sed -n "s/^$flag=//p")
  [ "$shown" = "$off" ]
}
is_seen_off() {
  for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    if is_off; then return 0; fi
    sleep 0.25
  done
  return 1
}
stop_all() {
  service_stop || { service_kill; service_stop; }
  is_down
}
restart_all() {
  did=0
  service_restart || did=$?
  # One that does not end is killed, and then started anew.
  if [ "$did" = 124 ]; then
    service_kill
    did=0
    service_restart || did=$?
  fi
  return "$did"
}
act() {
  edited=yes changed=
  edit_files || edited=
  if [ -n "$edited" ]; then
    if is_down || is_off; then say off; return 0; fi
    if restart_all && is_seen_off; then say off; return 0; fi
  fi
  if stop_all; then say stopped; return 0; fi
  return 1
}
trap '' HUP
say acting
until act; do
  say failed
  sleep 5
done
exit 0
`;

const DEFAULT_KILL_AFTER_SECS = 20;

/** The text of a /bin/sh script that needs nothing beside it, neither of the bot nor of its machine. */
export function deadManScript(duty: DeadManDuty, commands: OwnCommands, name: string): string {
  const { releaseId, flag, off, file, laterFiles, markPath } = duty;
  const written = quoteEnvironmentValue(off);
  const numbers = [...Buffer.from(off, 'utf8')].map((byte) => `,${String(byte).padStart(3, '0')}`).join('');
  const folders = [...new Set([file, ...laterFiles].map(folderOf))];
  const edits = [
    `edit_file ${quoteForShell(file)} set`,
    ...laterFiles.map((path) => `edit_file ${quoteForShell(path)} change`),
  ];
  const set = (variable: string, value: string) => `${variable}=${quoteForShell(value)}`;
  const { status, restart, stop, kill, environ, killAfterSecs = DEFAULT_KILL_AFTER_SECS } = commands;
  const within = (seconds: number, command: readonly string[]) => `timeout ${seconds} ${shellLine(command)}`;
  return `#!/bin/sh
: ${name}
set -u
LC_ALL=C; export LC_ALL
PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; export PATH
umask 077
${set('release', releaseId)}
${set('flag', flag)}
${set('off', off)}
${set('line', `${flag}=${written}`)}
${set('value', numbers)}
${set('mark', markPath)}
is_inside() {
  for allowed in ${shellLine(folders)}; do
    allowed=$(readlink -f -- "$allowed") || continue
    case $1 in "\${allowed%/}"/*) return 0 ;; esac
  done
  return 1
}
edit_files() {
  failed=
  ${edits.map((edit) => `${edit} || failed=yes`).join('\n  ')}
  [ -z "$failed" ]
}
service_status() { ${within(5, status)}; }
service_restart() { ${within(killAfterSecs, restart)}; }
service_stop() { ${within(killAfterSecs, stop)}; }
service_kill() { ${kill === undefined ? ':' : within(5, kill)}; }
service_environ() { ${environ === undefined ? 'cat "/proc/$pid/environ"' : `timeout 5 ${withPid(environ)}`}; }
${EDIT_FLAG}${ACT}`;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** The words of a command, with the variable of the script in the place of `{pid}`. */
const withPid = (command: readonly string[]): string =>
  command
    .map((word) =>
      word
        .split('{pid}')
        .map((part) => (part === '' ? '' : quoteForShell(part)))
        .join('"$pid"'),
    )
    .join(' ');
