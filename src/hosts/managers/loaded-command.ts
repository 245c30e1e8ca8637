import { basename } from 'node:path';
import type { LoadedCommand, ProcessFacts, ServiceDefinition } from '../host.js';

/** `unit_changed`: its command is the same, and a file of it was changed since. */
type CommandFinding = 'same' | 'other_command' | 'unit_changed' | 'not_told';

/**
 * Whether the present process is what its unit says, after the manager has read its files anew without a restart.
 * @param start when the process began, by the host's clock.
 */
export function compareCommand(
  { command, filesChangedAt }: Pick<ServiceDefinition, 'command' | 'filesChangedAt'>,
  facts: Pick<ProcessFacts, 'words' | 'program'> | undefined,
  start: Date | undefined,
): CommandFinding {
  if (command === undefined || command.isOfProcess) return 'same';
  const words = facts?.words;
  if (words === undefined) return 'not_told';
  const isChanged = filesChangedAt && start && filesChangedAt > start;
  if (isStartedAs(words, command)) return isChanged ? 'unit_changed' : 'same';
  const [begun = ''] = words;
  const programs = [begun, facts?.program?.path ?? ''].map((path) => basename(path));
  if (isChanged || programs.includes(basename(command.path))) return 'other_command';
  // A launcher hands over to another program: where nothing of the unit was changed, it is the one of before.
  return isChanged === undefined ? 'not_told' : 'same';
}

/** A script's interpreter stands before the command, and what hands over (`env`, `nice`) is gone from it. */
function isStartedAs(words: readonly string[], { path, words: loaded }: LoadedCommand): boolean {
  const process = words.join(' ');
  const told = loaded.split(' ');
  const asPath = [path, ...told.slice(1)].join(' ');
  return (
    fits(process, asPath) ||
    (words.includes(path) && fits(words.slice(words.indexOf(path)).join(' '), asPath)) ||
    told.some((word, index) => !word.startsWith('$') && fits(process, told.slice(index).join(' ')))
  );
}

/** Whether a text is a pattern in which `$NAME` and `${NAME}` stand for anything, and `$$` for `$`. */
function fits(text: string, pattern: string): boolean {
  const pieces = pattern
    .replace(/\$\$|\$\{\w+\}|\$\w+/g, (found) => (found === '$$' ? '$' : '\0'))
    .split('\0');
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return text === first;
  let at = text.startsWith(first) ? first.length : -1;
  for (const piece of rest) {
    const place = at === -1 ? -1 : text.indexOf(piece, at);
    at = place === -1 ? -1 : place + piece.length;
  }
  return at !== -1 && text.length - last.length >= at && text.endsWith(last);
}
