/**
 * One word as a POSIX shell reads it back unchanged. ssh hands the remote login shell one line, so every argument
 * goes through here.
 * @throws RangeError for NUL, which no argument of a program can hold.
 */
export function quoteForShell(word: string): string {
  if (word.includes('\0')) throw new RangeError('An argument of a program cannot hold a NUL byte.');
  if (/^[A-Za-z0-9_@%+:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** An argument array as one line for a POSIX shell. */
export function shellLine(command: readonly string[]): string {
  return command.map(quoteForShell).join(' ');
}
