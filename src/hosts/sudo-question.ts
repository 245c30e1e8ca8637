/** Options of sudo that take a word of their own. */
const WITH_WORD = new Set(['-C', '-D', '-g', '-h', '-p', '-R', '-T', '-U', '-u', '-r', '-t']);

/**
 * What asks sudo whether it lets the account run such a command, without running it: `sudo -n -l systemctl stop UNIT`.
 * @returns undefined: it is not run by sudo
 */
export function sudoQuestion(command: readonly string[]): readonly string[] | undefined {
  const [program = '', ...rest] = command;
  if (program.split('/').at(-1) !== 'sudo') return undefined;
  let options = 0;
  while (options < rest.length && rest[options]?.startsWith('-')) {
    const word = rest[options] ?? '';
    options += WITH_WORD.has(word) ? 2 : 1;
    if (word === '--') break;
  }
  const given = rest.slice(0, options).filter((word) => word !== '--' && word !== '-n');
  return [program, '-n', ...given, '-l', '--', ...rest.slice(options)];
}
