import { shellLine } from '../shell-quote.js';

/** How a session of a host's shell tells its own output from that of others. */
export interface RemoteShell {
  /** What ssh is given: a login shell of any kind (also csh, fish) reads it alike. */
  readonly line: string;
  /** What the session waits for before it does anything: the first line of its input. */
  go(command: readonly string[]): string;
  /** Stands in both streams before anything that the command says, in a line of its own. */
  readonly begin: string;
  /** Stands in its output after all that it said. */
  readonly end: string;
  /** Stands in its error stream after all that it said, before its exit code. */
  readonly code: string;
}

/**
 * A session says that it is there, and does nothing before it is told to. So whoever waits in vain can begin another one,
 * and no act is done twice; and what a profile, a login shell or a forced command prints is no answer of the command.
 * @param mark of this session alone: nobody else can print it.
 */
export function remoteShell(mark: string): RemoteShell {
  const wait = `IFS= read -r words && eval "$(printf %b "$words")"`;
  return {
    begin: `${mark}\n`,
    end: `${mark}.`,
    code: `${mark} `,
    // No line break, backslash or exclamation mark: csh and fish read those otherwise, also in quotes.
    line: `exec sh -c 'echo ${mark} >&2; echo ${mark}; ${wait}; code=$?; echo ${mark}.; echo ${mark} $code >&2; exit $code'`,
    go: (command) => `${inOneLine(IN_ENGLISH + IN_SESSION + shellLine(command))}\n`,
  };
}

/** Faults are read in English. The shell outlives `timeout`, which ends itself by a signal that ssh reports as its own failure. */
const IN_ENGLISH = 'LC_ALL=C; export LC_ALL; ';
/** Where no login has set it, `systemctl --user` would not find the account's own manager. */
const IN_SESSION =
  'if [ -z "$XDG_RUNTIME_DIR" ] && [ -d "/run/user/$(id -u)" ]; then export XDG_RUNTIME_DIR="/run/user/$(id -u)"; fi; ';

/** As `printf %b` reads it back. */
function inOneLine(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** How the command ended, and what it wrote to its error stream; undefined: it was not told to begin, or its end was not seen. */
export function endOf(
  { begin, code }: RemoteShell,
  stderr: string,
): { readonly exitCode: number; readonly stderr: string } | undefined {
  const start = stderr.indexOf(begin);
  const end = stderr.lastIndexOf(code);
  const [, exitCode] = /^(\d{1,3})\n/.exec(stderr.slice(end + code.length)) ?? [];
  if (start === -1 || end === -1 || exitCode === undefined) return undefined;
  return { exitCode: Number(exitCode), stderr: stderr.slice(start + begin.length, end) };
}
